# `cpack -G DEB` in the build folder: what `cmake --install` puts where, as Debian packages.
#
#   libpgo-22         the plugin, pgo-config            for machines that compile, with the clang that it serves
#   pprofread         the command                       for machines that record or look at profiles: no LLVM
#   pgo-gate          the command                       for machines that measure: nothing else
#   libpprofread-dev  header, static library, CMake     for programs that read profiles
#
# Each kind of machine gets what it needs and no compiler that it does not. One libpgo-N has the plain names; a second
# one for another LLVM, from a build with -DPGO_VERSIONED_NAMES=ON, lies beside it.
set(CPACK_PACKAGE_NAME libpgo)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
# Who publishes them says so: -DCPACK_PACKAGE_CONTACT='Name <address>'.
if(NOT CPACK_PACKAGE_CONTACT)
  set(CPACK_PACKAGE_CONTACT "libpgo's maintainers <maintainers@libpgo.invalid>")
endif()
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/debian.cmake)
set(CPACK_COMPONENTS_ALL plugin)
if(NOT PGO_VERSIONED_NAMES)
  list(APPEND CPACK_COMPONENTS_ALL pprofread pgo-gate library)
endif()
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(llvm ${LLVM_VERSION_MAJOR})
set(CPACK_DEBIAN_PLUGIN_PACKAGE_NAME libpgo-${llvm})
set(CPACK_COMPONENT_PLUGIN_DESCRIPTION "profile-guided optimization for clang ${llvm} from pprof profiles
A compiler plugin that optimizes C and C++ programs by an ordinary pprof CPU
profile, as perf, gperftools and continuous profilers give it.")
set(CPACK_DEBIAN_PLUGIN_PACKAGE_DEPENDS clang-${llvm})
set(CPACK_DEBIAN_PLUGIN_PACKAGE_RECOMMENDS pprofread)
if(NOT PGO_VERSIONED_NAMES)
  set(CPACK_DEBIAN_PLUGIN_PACKAGE_PROVIDES "libpgo (= ${PROJECT_VERSION})")
  set(CPACK_DEBIAN_PLUGIN_PACKAGE_CONFLICTS libpgo)
  set(CPACK_DEBIAN_PLUGIN_PACKAGE_REPLACES libpgo)
endif()

set(CPACK_DEBIAN_PPROFREAD_PACKAGE_NAME pprofread)
set(CPACK_COMPONENT_PPROFREAD_DESCRIPTION "read, make and check pprof CPU profiles
Records programs, imports perf and gperftools recordings, merges, compares,
prints and draws profiles, and says whether they are fit for libpgo.")
set(CPACK_DEBIAN_PPROFREAD_PACKAGE_RECOMMENDS "llvm-${llvm} | llvm, linux-perf")
set(CPACK_DEBIAN_PPROFREAD_PACKAGE_SUGGESTS "google-perftools, graphviz")

set(CPACK_DEBIAN_PGO-GATE_PACKAGE_NAME pgo-gate)
set(CPACK_COMPONENT_PGO-GATE_DESCRIPTION "show whether a build is faster than another
An A/B benchmark for continuous integration: interleaved runs, honest
confidence intervals, and a verdict or none.")
set(CPACK_DEBIAN_PGO-GATE_PACKAGE_SUGGESTS valgrind)

set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libpprofread-dev)
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "read and make pprof CPU profiles: C library
The library of pprofread and libpgo, to be linked statically, with its header
and what CMake and pkg-config need to find it and the plugin.")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_DEPENDS "libpgo (= ${PROJECT_VERSION}), libprotobuf-c-dev, libcjson-dev, zlib1g-dev")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SUGGESTS pkg-config)

include(CPack)

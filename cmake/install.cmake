# What `cmake --install` puts where, and under which names.
#
# clang finds `-fpass-plugin=libpgo.so`, a name without a folder, as the dynamic loader finds any library: so the plugin
# lies in the library folder itself, and ldconfig runs where that folder is the loader's (/usr, /usr/local). Under any
# other prefix the flag needs the full path, which `pgo-config --cflags` prints.
#
# A plugin serves one major version of LLVM. Two may be installed side by side: the main one as usual, the other from a
# build with -DPGO_VERSIONED_NAMES=ON, which installs only libpgo-19.so and pgo-config-19 (for LLVM 19).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

option(PGO_VERSIONED_NAMES "Name plugin and pgo-config after the LLVM version and install nothing else" OFF)
set(pgo_suffix "")
if(PGO_VERSIONED_NAMES)
  set(pgo_suffix -${LLVM_VERSION_MAJOR})
endif()
set_target_properties(pgo PROPERTIES OUTPUT_NAME pgo${pgo_suffix})

# Everything that is installed finds its neighbours from where it lies, so that a prefix may be moved or given late.
file(RELATIVE_PATH pgo_bin_to_lib ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
file(RELATIVE_PATH pgo_pc_to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})

configure_file(cmake/pgo-config.in ${PROJECT_BINARY_DIR}/pgo-config${pgo_suffix} @ONLY)
install(TARGETS pgo LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT plugin)
install(PROGRAMS ${PROJECT_BINARY_DIR}/pgo-config${pgo_suffix} DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT plugin)
install(FILES man/pgo-config.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 RENAME pgo-config${pgo_suffix}.1
  COMPONENT plugin)

if(NOT PGO_VERSIONED_NAMES)
  install(FILES man/libpgo.7 DESTINATION ${CMAKE_INSTALL_MANDIR}/man7 COMPONENT plugin)

  # A command, its page, and its completions, which shells look for under its name. Each is a component of its name.
  foreach(command pprofread pgo-gate)
    string(MAKE_C_IDENTIFIER ${command} function)
    configure_file(completion/completion.bash.in ${PROJECT_BINARY_DIR}/completion/${command} @ONLY)
    configure_file(completion/completion.zsh.in ${PROJECT_BINARY_DIR}/completion/_${command} @ONLY)
    install(TARGETS ${command} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${command})
    install(FILES man/${command}.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT ${command})
    install(FILES ${PROJECT_BINARY_DIR}/completion/${command}
      DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT ${command})
    install(FILES ${PROJECT_BINARY_DIR}/completion/_${command}
      DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT ${command})
  endforeach()

  set_target_properties(pprofread_library PROPERTIES EXPORT_NAME pprofread)
  install(TARGETS pprofread_library EXPORT libpgo-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    COMPONENT library INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(FILES pprofread/pprofread.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library)
  install(FILES man/pprofread.3 DESTINATION ${CMAKE_INSTALL_MANDIR}/man3 COMPONENT library)

  configure_file(cmake/pprofread.pc.in ${PROJECT_BINARY_DIR}/pprofread.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/pprofread.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT library)

  set(pgo_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/libpgo)
  set(pgo_plugin ${CMAKE_INSTALL_LIBDIR}/libpgo.so)
  configure_package_config_file(cmake/libpgo-config.cmake.in ${PROJECT_BINARY_DIR}/libpgo-config.cmake
    INSTALL_DESTINATION ${pgo_package_dir} PATH_VARS pgo_plugin NO_CHECK_REQUIRED_COMPONENTS_MACRO)
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/libpgo-config-version.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/libpgo-config.cmake ${PROJECT_BINARY_DIR}/libpgo-config-version.cmake
    DESTINATION ${pgo_package_dir} COMPONENT library)
  install(EXPORT libpgo-targets NAMESPACE libpgo:: DESTINATION ${pgo_package_dir} COMPONENT library)
endif()

install(CODE [[
  if("$ENV{DESTDIR}" STREQUAL "")
    execute_process(COMMAND id -u OUTPUT_VARIABLE user OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(NOT CMAKE_INSTALL_PREFIX MATCHES "^/usr(/local)?$")
      message(STATUS "The loader does not search ${CMAKE_INSTALL_PREFIX}: use the flags of pgo-config --cflags")
    elseif(user EQUAL 0)
      execute_process(COMMAND ldconfig RESULT_VARIABLE failed)
      if(failed)
        message(WARNING "ldconfig failed; run it before clang can find the plugin by name")
      endif()
    endif()
  endif()
]] COMPONENT plugin)

# Where `cmake --install` puts the plugin, and under which name.
#
# clang finds `-fpass-plugin=libpgo.so`, a name without a folder, as the dynamic loader finds any library: so the plugin
# lies in the library folder itself, and ldconfig runs where that folder is the loader's (/usr, /usr/local). Under any
# other prefix the flag needs the full path, which `pgo-config --cflags` prints.
set(pgo_suffix "")
if(PGO_VERSIONED_NAMES)
  set(pgo_suffix -${LLVM_VERSION_MAJOR})
endif()
set_target_properties(pgo PROPERTIES OUTPUT_NAME pgo${pgo_suffix})

# pgo-config finds the plugin from where it lies, so that a prefix may be moved or given late.
file(RELATIVE_PATH pgo_bin_to_lib ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
configure_file(install/pgo-config.in ${PROJECT_BINARY_DIR}/pgo-config${pgo_suffix} @ONLY
  FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
install(TARGETS pgo LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT plugin)
install(PROGRAMS ${PROJECT_BINARY_DIR}/pgo-config${pgo_suffix} DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT plugin)
install(FILES man/pgo-config.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 RENAME pgo-config${pgo_suffix}.1
  COMPONENT plugin)
if(NOT PGO_VERSIONED_NAMES)
  install(FILES man/libpgo.7 DESTINATION ${CMAKE_INSTALL_MANDIR}/man7 COMPONENT plugin)
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

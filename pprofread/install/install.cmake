# Where `cmake --install` puts the command and the library; pgo-gate is installed as the command is.

# A command, its page, and its completions, which shells look for under its name. Each is a component of its name.
function(install_command command)
  if(PGO_VERSIONED_NAMES)
    return()
  endif()
  string(MAKE_C_IDENTIFIER ${command} function)
  set(templates ${PROJECT_SOURCE_DIR}/pprofread/install)
  configure_file(${templates}/completion.bash.in ${PROJECT_BINARY_DIR}/completion/${command} @ONLY)
  configure_file(${templates}/completion.zsh.in ${PROJECT_BINARY_DIR}/completion/_${command} @ONLY)
  install(TARGETS ${command} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${command})
  install(FILES man/${command}.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT ${command})
  install(FILES ${PROJECT_BINARY_DIR}/completion/${command}
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT ${command})
  install(FILES ${PROJECT_BINARY_DIR}/completion/_${command}
    DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT ${command})
endfunction()

install_command(pprofread)

if(NOT PGO_VERSIONED_NAMES)
  set_target_properties(pprofread_library PROPERTIES EXPORT_NAME pprofread)
  install(TARGETS pprofread_library EXPORT libpgo-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    COMPONENT library INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(FILES pprofread.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library)
  install(FILES man/pprofread.3 DESTINATION ${CMAKE_INSTALL_MANDIR}/man3 COMPONENT library)

  # It finds its neighbours from where it lies, so that a prefix may be moved or given late.
  file(RELATIVE_PATH pgo_pc_to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
  configure_file(install/pprofread.pc.in ${PROJECT_BINARY_DIR}/pprofread.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/pprofread.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT library)

  include(CMakePackageConfigHelpers)
  set(pgo_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/libpgo)
  set(pgo_plugin ${CMAKE_INSTALL_LIBDIR}/libpgo.so)
  configure_package_config_file(install/libpgo-config.cmake.in ${PROJECT_BINARY_DIR}/libpgo-config.cmake
    INSTALL_DESTINATION ${pgo_package_dir} PATH_VARS pgo_plugin NO_CHECK_REQUIRED_COMPONENTS_MACRO)
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/libpgo-config-version.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/libpgo-config.cmake ${PROJECT_BINARY_DIR}/libpgo-config-version.cmake
    DESTINATION ${pgo_package_dir} COMPONENT library)
  install(EXPORT libpgo-targets NAMESPACE libpgo:: DESTINATION ${pgo_package_dir} COMPONENT library)
endif()

# What Debian wants otherwise than `cmake --install` has it; cpack runs this on the files that it is about to pack, which
# lie in a folder for each component.
file(GLOB pages ${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/man/man*/*.[1-9])
foreach(page ${pages})
  execute_process(COMMAND gzip -9n ${page} COMMAND_ERROR_IS_FATAL ANY)
endforeach()

# Debian's zsh looks for the completions of packages elsewhere than that of other systems.
file(GLOB folders ${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/zsh/site-functions)
foreach(folder ${folders})
  file(RENAME ${folder} ${folder}/../vendor-completions)
endforeach()

# The plugin has no soname, since nothing links it; it lies among the libraries since clang looks for it there.
file(WRITE ${CPACK_TEMPORARY_DIRECTORY}/plugin/usr/share/lintian/overrides/${CPACK_DEBIAN_PLUGIN_PACKAGE_NAME}
  "# Nothing links it: clang loads it by its name.\nsharedobject-in-library-directory-missing-soname\n")

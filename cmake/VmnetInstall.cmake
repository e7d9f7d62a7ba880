# Interface sources are installed, never built module files: a consumer's own
# flags decide what those look like.
include(CMakePackageConfigHelpers)

set(VMNET_INSTALL_CMAKEDIR "${CMAKE_INSTALL_LIBDIR}/cmake/vmnet")

install(
  TARGETS vmnet
  EXPORT vmnet-targets
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}"
  FILE_SET CXX_MODULES
  DESTINATION "${CMAKE_INSTALL_DATADIR}/vmnet/modules")

install(
  EXPORT vmnet-targets
  NAMESPACE vmnet::
  DESTINATION "${VMNET_INSTALL_CMAKEDIR}"
  CXX_MODULES_DIRECTORY modules)

configure_package_config_file(cmake/vmnet-config.cmake.in vmnet-config.cmake
                              INSTALL_DESTINATION "${VMNET_INSTALL_CMAKEDIR}")
write_basic_package_version_file(vmnet-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/vmnet-config.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/vmnet-config-version.cmake"
        DESTINATION "${VMNET_INSTALL_CMAKEDIR}")
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")

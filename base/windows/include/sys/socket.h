/*
 * socket: the types of Windows' own sockets. vv_os_socket makes none yet.
 */
#ifndef VV_BASE_WINDOWS_SOCKET_H
#define VV_BASE_WINDOWS_SOCKET_H

#include <winsock2.h>
#include <ws2tcpip.h>

#endif

/*
 * in: the addresses of sockets, from the headers of Windows.
 */
#ifndef VV_BASE_WINDOWS_IN_H
#define VV_BASE_WINDOWS_IN_H

#include <sys/socket.h>

#endif

/*
 * netdb: the addresses of a host, from the headers of Windows.
 */
#ifndef VV_BASE_WINDOWS_NETDB_H
#define VV_BASE_WINDOWS_NETDB_H

#include <sys/socket.h>

#endif

/*
 * inet: addresses as text, from the headers of Windows.
 */
#ifndef VV_BASE_WINDOWS_INET_H
#define VV_BASE_WINDOWS_INET_H

#include <sys/socket.h>

#endif

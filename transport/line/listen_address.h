/*
 * listen_address: parses the address at which a server listens.
 */
#ifndef VV_TRANSPORT_LINE_LISTEN_ADDRESS_H
#define VV_TRANSPORT_LINE_LISTEN_ADDRESS_H

#include "base/error.h"

/* An address to listen on. */
typedef struct vv_listen_address {
	char host[256]; /* without brackets; "": every address of the machine */
	char port[8];   /* 0 to 65535; 0: a free port */
} vv_listen_address;

/* Parses text: HOST:PORT, [IPV6]:PORT, *:PORT, or PORT, which means 127.0.0.1. VV_EUSAGE: it is
 * none of these. */
vv_status vv_listen_address_read(vv_listen_address *out, const char *text, vv_error *err);

#endif

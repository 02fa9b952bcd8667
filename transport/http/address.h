/*
 * address: the network address of a client, also behind a trusted proxy.
 *
 * An address has 16 bytes; IPv4 addresses are mapped into IPv6. Two addresses belong to the same
 * client if their IPv4 addresses are equal, or the first 64 bits of their IPv6 addresses, since a
 * client with one address of such a network has all of them.
 */
#ifndef VV_TRANSPORT_HTTP_ADDRESS_H
#define VV_TRANSPORT_HTTP_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/error.h"

typedef struct vv_address {
	uint8_t bytes[16];
} vv_address;

bool vv_address_of(vv_address *out, const struct sockaddr *sa); /* IPv4 or IPv6 */
/* also in [ ], and with a port */
bool vv_address_read(vv_address *out, const char *text, size_t len);
bool vv_address_same_client(const vv_address *a, const vv_address *b);
bool vv_address_is_loopback(const vv_address *a);
void vv_address_text(char out[64], const vv_address *a);

/* A network: "10.0.0.0/8", or a single address: "::1", "192.0.2.7". */
typedef struct vv_network {
	vv_address address;
	unsigned bits; /* length of the prefix, of 128 */
} vv_network;
vv_status vv_network_read(vv_network *out, const char *text, vv_error *err);
/* Is the address in one of the `count` networks? */
bool vv_network_has(const vv_network *nets, size_t count, const vv_address *a);

/* Sets *out to the client's address: peer, or, if peer is a trusted proxy, the last address in
 * X-Forwarded-For that is not a trusted proxy. An invalid entry ends the search; the client is then
 * the address after this entry. forwarded: the header's value; NULL: no header. */
void vv_address_behind(vv_address *out, const vv_address *peer, const vv_network *trusted,
		       size_t count, const char *forwarded);

#endif

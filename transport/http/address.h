/*
 * address: the network address of a client, or the one that a trusted proxy names.
 *
 * An address is 16 bytes, those of IPv4 mapped into IPv6. Two clients are the same one where their
 * IPv4 addresses are, or the first 64 bits of IPv6: a client that has one such network has all of it.
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

bool vv_address_of(vv_address *out, const struct sockaddr *sa);      /* IPv4 or IPv6 */
bool vv_address_read(vv_address *out, const char *text, size_t len); /* also in [ ], with a port */
bool vv_address_same_client(const vv_address *a, const vv_address *b);
bool vv_address_is_loopback(const vv_address *a);
void vv_address_text(char out[64], const vv_address *a);

/* "10.0.0.0/8", "::1", "192.0.2.7". */
typedef struct vv_network {
	vv_address address;
	unsigned bits; /* of 128 */
} vv_network;
vv_status vv_network_read(vv_network *out, const char *text, vv_error *err);
bool vv_network_has(const vv_network *nets, size_t count, const vv_address *a);

/* The client: peer, or if that is a trusted proxy, the last address in X-Forwarded-For (NULL: none)
 * that is not one. An unreadable entry ends the search: the address after it is then the client. */
void vv_address_behind(vv_address *out, const vv_address *peer, const vv_network *trusted,
		       size_t count, const char *forwarded);

#endif

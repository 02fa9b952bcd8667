/*
 * address: parses network addresses, and determines the address of a client, which may be behind
 * trusted proxies.
 *
 * Two IPv4 addresses count as the same client if they are equal; two IPv6 addresses, if their first
 * 64 bits are equal, since a client usually has a whole network of this size. An IPv4 address and
 * an IPv6 address never do; an IPv4 address that is mapped into IPv6 is an IPv4 address.
 */
#ifndef VV_TRANSPORT_HTTP_ADDRESS_H
#define VV_TRANSPORT_HTTP_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/error.h"

/* An IPv6 address, or an IPv4 address mapped into IPv6. */
typedef struct vv_address {
	uint8_t bytes[16];
} vv_address;

/* returns false if sa is neither IPv4 nor IPv6 */
bool vv_address_of(vv_address *out, const struct sockaddr *sa);
/* Parses the len bytes of text as an address. The address may be in [ ], and may have a port, which
 * is ignored. Returns false if text is not an address. */
bool vv_address_read(vv_address *out, const char *text, size_t len);
/* Returns the length of the host in the len bytes of `host`, such as "name:80" or "[::1]:80", without the port. */
size_t vv_address_host_len(const char *host, size_t len);
/* Checks `count` names of a server, with which the hosts of requests are compared: each is a name
 * without scheme and port, or an IPv6 address in [ ]. VV_EUSAGE: one is not. */
vv_status vv_host_names_check(const char *const *names, size_t count, vv_error *err);
/* Returns true if a and b count as the same client; see above. */
bool vv_address_same_client(const vv_address *a, const vv_address *b);
bool vv_address_is_loopback(const vv_address *a); /* true for 127.0.0.0/8 and ::1 */
/* Writes a as text, with a NUL. */
void vv_address_text(char out[64], const vv_address *a);

/* A network: "10.0.0.0/8", or a single address: "::1", "192.0.2.7". */
typedef struct vv_network {
	vv_address address;
	unsigned bits; /* length of the prefix, from 0 to 128 */
} vv_network;
/* Parses text as a network. VV_EUSAGE: text is not a network. */
vv_status vv_network_read(vv_network *out, const char *text, vv_error *err);
/* Parses `count` texts, and sets *nets to their networks. The caller frees *nets with vv_free, also after a failure. */
vv_status vv_networks_read(vv_network **nets, const char *const *texts, size_t count,
			   vv_error *err);
/* Returns true if the address is in one of the `count` networks. */
bool vv_network_has(const vv_network *nets, size_t count, const vv_address *a);

/* Sets *out to the address of the client of a connection from peer. forwarded is the value of the
 * header X-Forwarded-For; NULL: no header. If peer is not in one of the count networks `trusted`,
 * *out is peer. Otherwise, *out is the last address in forwarded that is not in a trusted network,
 * or the first address if all are. An invalid entry ends the search; *out is then the address after
 * this entry. */
void vv_address_behind(vv_address *out, const vv_address *peer, const vv_network *trusted,
		       size_t count, const char *forwarded);

#endif

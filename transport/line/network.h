/*
 * network: recognises, from this machine's routing table, the network to which the machine is
 * connected: by the interface of the default route, the gateway's address, and the gateway's
 * hardware address if known.
 *
 * Nothing is sent. Without such a table (on systems other than Linux), or without a default route,
 * all networks count as the same.
 */
#ifndef VV_TRANSPORT_LINE_NETWORK_H
#define VV_TRANSPORT_LINE_NETWORK_H

#include <stdint.h>

/* Returns a number for the network, which reveals nothing about the network without the key. tables
 * is VV_OS_NETWORK_TABLES (base/os.h). Cannot fail. */
uint64_t vv_network_id(const char *tables, uint64_t key);

#endif

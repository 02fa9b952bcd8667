/*
 * network: recognises the network to which this machine is connected, by the interface of the
 * default route, the gateway's address, and the gateway's hardware address if known, as in the
 * machine's routing tables.
 *
 * Nothing is sent. Without such a table (on systems other than Linux), or without a default route,
 * all networks count as the same.
 */
#ifndef VV_TRANSPORT_LINE_NETWORK_H
#define VV_TRANSPORT_LINE_NETWORK_H

#include <stdint.h>

/* Returns a number for the network, a hash with the key, which must be secret. tables is
 * VV_OS_NETWORK_TABLES (base/os.h). Cannot fail. */
uint64_t vv_network_id(const char *tables, uint64_t key);

#endif

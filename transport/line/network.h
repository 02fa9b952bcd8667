/*
 * network: recognises the network to which this machine is connected. The machine's tables have the
 * interface of the default route, the gateway's address and, perhaps, the gateway's hardware
 * address.
 *
 * Nothing is sent. If there are no such tables (on systems other than Linux), or no default route,
 * all networks count as the same.
 */
#ifndef VV_TRANSPORT_LINE_NETWORK_H
#define VV_TRANSPORT_LINE_NETWORK_H

#include <stdint.h>

/* Returns a number for the network: a hash of these values with key, which must be secret. tables:
 * the folder of the tables, VV_OS_NETWORK_TABLES (base/os.h). Cannot fail. */
uint64_t vv_network_id(const char *tables, uint64_t key);

#endif

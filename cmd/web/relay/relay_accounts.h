/*
 * relay_accounts: the use of a relay by each client's address. Internal to the relay.
 */
#ifndef VV_CMD_WEB_RELAY_RELAY_ACCOUNTS_H
#define VV_CMD_WEB_RELAY_RELAY_ACCOUNTS_H

#include <stddef.h>
#include <stdint.h>

#include "transport/http/address.h"

#define RELAY_ACCOUNTS_MAX 65536u
#define RELAY_WINDOW_MS (3600u * 1000u)

/* One client. */
typedef struct relay_account {
	vv_address address;
	unsigned connections;
	uint64_t bytes, since_ms; /* forwarded from and to the client since this time */
} relay_account;

/* All clients that are connected, or were in the last hour. Zeroed: none. */
typedef struct relay_accounts {
	relay_account **items;
	size_t count, cap;
} relay_accounts;

/* Returns the account of the address, which stays valid while it has connections. NULL: too many
 * clients, or memory ran out. */
relay_account *relay_account_of(relay_accounts *a, const vv_address *address, uint64_t now_ms);
/* Adds forwarded bytes, and returns the sum of this hour. */
uint64_t relay_account_add(relay_account *a, uint64_t bytes, uint64_t now_ms);
/* Frees accounts without connections whose hour is over. */
void relay_accounts_sweep(relay_accounts *a, uint64_t now_ms);
void relay_accounts_clear(relay_accounts *a);

#endif

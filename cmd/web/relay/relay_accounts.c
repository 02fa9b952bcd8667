/*
 * relay_accounts: a list, since a client is looked up once in a connection.
 */
#include "cmd/web/relay/relay_accounts.h"

#include "base/array.h"
#include "base/sys.h"

relay_account *relay_account_of(relay_accounts *a, const vv_address *address, uint64_t now_ms)
{
	relay_account **known = vv_array_find(a->items, a->count, it,
					      vv_address_same_client(&(*it)->address, address));
	relay_account *made;

	if (known) return *known;
	if (a->count >= RELAY_ACCOUNTS_MAX || !(made = vv_calloc(1, sizeof(*made)))) return NULL;
	*made = (relay_account){.address = *address, .since_ms = now_ms};
	if (!vv_array_add(a->items, a->count, a->cap, made)) {
		vv_free(made);
		return NULL;
	}
	return made;
}

uint64_t relay_account_add(relay_account *a, uint64_t bytes, uint64_t now_ms)
{
	if (now_ms - a->since_ms >= RELAY_WINDOW_MS) {
		a->bytes = 0;
		a->since_ms = now_ms;
	}
	a->bytes += bytes;
	return a->bytes;
}

void relay_accounts_sweep(relay_accounts *a, uint64_t now_ms)
{
	size_t kept = 0;

	for (size_t i = 0; i < a->count; i++) {
		relay_account *it = a->items[i];
		if (it->connections == 0 &&
		    (it->bytes == 0 || now_ms - it->since_ms >= RELAY_WINDOW_MS)) {
			vv_free(it);
		} else {
			a->items[kept++] = it;
		}
	}
	a->count = kept;
}

void relay_accounts_clear(relay_accounts *a)
{
	vv_array_clear(a->items, a->count, it, vv_free(*it));
	*a = (relay_accounts){0};
}

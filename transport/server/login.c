/*
 * login: a table of the clients that were wrong lately or wait.
 *
 * One that is neither is forgotten. When the table is full, the client that has the most tries left
 * makes room; a check that waits is never forgotten.
 */
#include "transport/server/login.h"

#include <string.h>

#include "base/sys.h"
#include "base/thread.h"

#define CLIENTS 256u
#define FULL_MS ((uint64_t)VV_LOGIN_WRONG * VV_LOGIN_AGAIN_MS)

typedef struct entry {
	vv_address client;
	unsigned waiting;
	uint64_t free_at_ms; /* when all of its tries are back; the past: all are */
	bool used;
} entry;

struct vv_login {
	vv_mutex *lock; /* the table */
	vv_mutex *slow; /* one check at a time */
	entry entries[CLIENTS];
	unsigned waiting;
};

vv_login *vv_login_new(void)
{
	vv_auto(vv_login) *l = vv_calloc(1, sizeof(*l));

	if (!l) return NULL;
	l->lock = vv_mutex_new();
	l->slow = vv_mutex_new();
	if (!l->lock || !l->slow) return NULL;
	return vv_take(&l);
}

void vv_login_free(vv_login *l)
{
	if (l) {
		vv_mutex_free(l->lock);
		vv_mutex_free(l->slow);
		vv_free(l);
	}
}

/* NULL: the client is not there and there is no room. */
static entry *find(vv_login *l, const vv_address *client)
{
	entry *room = NULL;

	for (unsigned i = 0; i < CLIENTS; i++) {
		entry *e = &l->entries[i];

		if (e->used && vv_address_same_client(&e->client, client)) return e;
		if (!e->used || (e->waiting == 0 &&
				 (!room || (room->used && e->free_at_ms < room->free_at_ms)))) {
			room = room && !room->used ? room : e;
		}
	}
	if (room) {
		*room = (entry){.client = *client, .used = true};
	}
	return room;
}

vv_status vv_login_begin(vv_login *l, const vv_address *client, vv_error *err)
{
	uint64_t now = vv_monotonic_ms();
	vv_status rc = VV_OK;

	vv_mutex_lock(l->lock);
	entry *e = find(l, client);
	if (!e || l->waiting >= VV_LOGIN_WAITING_ALL || e->waiting >= VV_LOGIN_WAITING) {
		rc = vv_fail(err, VV_ELOCKED, "too many logins at once; try again later");
	} else if (e->free_at_ms > now &&
		   e->free_at_ms - now + (uint64_t)e->waiting * VV_LOGIN_AGAIN_MS >
			   FULL_MS - VV_LOGIN_AGAIN_MS) {
		rc = vv_fail(err, VV_ELOCKED, "too many wrong secrets; try again later");
	} else {
		e->waiting++;
		l->waiting++;
	}
	vv_mutex_unlock(l->lock);
	if (rc == VV_OK) {
		vv_mutex_lock(l->slow);
	}
	return rc;
}

void vv_login_end(vv_login *l, const vv_address *client, bool wrong)
{
	uint64_t now = vv_monotonic_ms();

	vv_mutex_unlock(l->slow);
	vv_mutex_lock(l->lock);
	entry *e = find(l, client); /* there, since it waits */
	e->waiting--;
	l->waiting--;
	if (wrong) {
		e->free_at_ms = (e->free_at_ms > now ? e->free_at_ms : now) + VV_LOGIN_AGAIN_MS;
	}
	vv_mutex_unlock(l->lock);
}

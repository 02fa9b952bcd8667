/*
 * ordered_files: which files are kept, who pays for them, and who waits while one is put together.
 */
#include "lib/names/ordered_files.h"

#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/thread.h"
#include "dataset/table/root.h"
#include "dataset/table/table.h"
#include "repo/blocks/cid.h"
#include "transport/http/address.h"

#define DISK ((uint64_t)1 << 30)
#define CREDIT_MS 10000u
#define BACK 4u
#define CLIENTS 256u
#define SMALL ((uint64_t)1 << 20) /* files that are put together in less time than one is opened */
#define PIECE ((size_t)64 << 10)
#define LOOSE_MAX 2u /* parts that are made without a file, at once */

/* A file. It is in the list until it is evicted, and exists as long as it has users. */
typedef struct kept {
	vv_cid version;
	uint64_t bytes;
	uint64_t used; /* the clock, when it was read last */
	unsigned users;
	bool gone; /* it has made room: its bytes are not there any more */
	int fd;
	char *path; /* for messages: it has no name any more */
	struct kept *next;
} kept;

typedef struct account {
	vv_address client;
	bool used;
	uint64_t owed_ms, at_ms; /* owed then; it becomes less with time */
} account;

struct vv_ordered_files {
	vv_ordered_options o;
	vv_turn *turn;  /* whose it is puts a file together */
	vv_mutex *lock; /* of all members below, and of `kept`, except for reading its file */
	kept *first;
	uint64_t bytes, clock;
	unsigned loose;
	account accounts[CLIENTS];
};

struct vv_ordered_file {
	vv_ordered_files *files;
	vv_table *table;
	kept *kept; /* NULL: no space for a file, so each part is made */
	vv_address client;
	bool pays;
	uint64_t cost_ms,
		given; /* what putting it together took, if this one did; bytes given since */
};

/* ---- who pays ---- */

static uint64_t owed_now(const vv_ordered_files *f, const account *a, uint64_t now)
{
	uint64_t back = (now - a->at_ms) / f->o.back;

	return a->owed_ms > back ? a->owed_ms - back : 0;
}

/* NULL: it owes nothing. */
static account *find_account(vv_ordered_files *f, const vv_address *client)
{
	return vv_array_find(f->accounts, CLIENTS, a,
			     a->used && vv_address_same_client(&a->client, client));
}

/* The client's, or a new one in place of the one that owes least. */
static account *make_account(vv_ordered_files *f, const vv_address *client, uint64_t now)
{
	account *a = find_account(f, client);

	if (a) return a;
	a = &f->accounts[0];
	for (size_t i = 0; i < CLIENTS && a->used; i++) {
		account *b = &f->accounts[i];

		a = !b->used || owed_now(f, b, now) < owed_now(f, a, now) ? b : a;
	}
	*a = (account){.client = *client, .used = true, .at_ms = now};
	return a;
}

/* Under the lock. */
static uint64_t credit_of(vv_ordered_files *f, const vv_ordered_file *o)
{
	const account *a = o->pays ? find_account(f, &o->client) : NULL;
	uint64_t owed = a ? owed_now(f, a, vv_monotonic_ms()) : 0;

	return owed < f->o.credit_ms ? f->o.credit_ms - owed : 0;
}

static void charge_client(vv_ordered_files *f, const vv_ordered_file *o, uint64_t ms)
{
	uint64_t now = vv_monotonic_ms();

	if (!o->pays || ms == 0) return;
	vv_auto(vv_locked) lock = vv_mutex_hold(f->lock);
	account *a = make_account(f, &o->client, now);
	a->owed_ms = owed_now(f, a, now) + ms;
	a->at_ms = now;
}

/* Refunds the part of the cost that corresponds to the sent bytes. */
static void give_back(vv_ordered_files *f, const vv_ordered_file *o)
{
	uint64_t bytes = o->table->root.bytes, now = vv_monotonic_ms();
	account *a;

	if (!o->pays || o->cost_ms == 0) return;
	uint64_t back = o->given >= bytes
				? o->cost_ms
				: (uint64_t)((double)o->cost_ms * (double)o->given / (double)bytes);
	vv_auto(vv_locked) lock = vv_mutex_hold(f->lock);
	if ((a = find_account(f, &o->client))) {
		uint64_t owed = owed_now(f, a, now);

		a->owed_ms = owed > back ? owed - back : 0;
		a->at_ms = now;
	}
}

/* ---- the cached files ---- */

static void free_kept(kept *k)
{
	if (k) {
		vv_close(k->fd, NULL, NULL);
		vv_free_all(k->path, k);
	}
}

/* Under the lock. */
static void release_kept(kept *k)
{
	if (--k->users == 0 && k->gone) {
		free_kept(k);
	}
}

/* Under the lock. Frees the disk space at once, even if the file is still open. */
static void evict_kept(vv_ordered_files *f, kept **at)
{
	kept *k = *at;

	*at = k->next;
	f->bytes -= k->bytes;
	k->gone = true;
	if (k->users == 0) {
		free_kept(k);
	} else {
		(void)vv_sys_ops.ftruncate(k->fd, 0);
	}
}

/* Under the lock: evicts the least recently read file, unused ones first. False: none. */
static bool evict_one(vv_ordered_files *f)
{
	kept **oldest = &f->first;

	for (kept **at = &f->first; *at; at = &(*at)->next) {
		bool at_idle = (*at)->users == 0, oldest_idle = (*oldest)->users == 0;

		if (at_idle != oldest_idle ? at_idle : (*at)->used < (*oldest)->used) {
			oldest = at;
		}
	}
	if (!f->first) return false;
	evict_kept(f, oldest);
	return true;
}

/* Under the lock, with the turn: makes space for these bytes. */
static void make_room(vv_ordered_files *f, uint64_t bytes)
{
	while ((bytes > f->o.disk || f->bytes > f->o.disk - bytes) && evict_one(f)) {
	}
}

/* Under the lock. */
static kept *take_kept(vv_ordered_files *f, const vv_cid *version)
{
	for (kept *k = f->first; k; k = k->next) {
		if (vv_cid_equal(&k->version, version)) {
			k->users++;
			k->used = ++f->clock;
			return k;
		}
	}
	return NULL;
}

vv_status vv_ordered_files_new(vv_ordered_files **out, const vv_ordered_options *o, vv_error *err)
{
	vv_auto(vv_ordered_files) *f = vv_calloc(1, sizeof(*f));

	*out = NULL;
	if (!f) return vv_fail_nomem(err);
	f->o.disk = o && o->disk ? o->disk : DISK;
	f->o.credit_ms = o && o->credit_ms ? o->credit_ms : CREDIT_MS;
	f->o.back = o && o->back ? o->back : BACK;
	f->lock = vv_mutex_new();
	f->turn = vv_turn_new();
	if (!f->lock || !f->turn) return vv_fail_nomem(err);
	return vv_hand_over(out, &f);
}

void vv_ordered_files_free(vv_ordered_files *f)
{
	if (!f) return;
	while (f->first) {
		kept *k = f->first;

		f->first = k->next;
		free_kept(k);
	}
	vv_mutex_free(f->lock);
	vv_turn_free(f->turn);
	vv_free(f);
}

/* ---- putting one together ---- */

static vv_status put_bytes(void *payload, const void *bytes, size_t len, vv_error *err)
{
	const kept *k = payload;

	return vv_write_full(k->fd, bytes, len, k->path, err);
}

static vv_status put_together(kept **out, vv_table *t, vv_error *err)
{
	kept *k = vv_calloc(1, sizeof(*k));

	*out = NULL;
	if (!k) return vv_fail_nomem(err);
	*k = (kept){.version = t->cid, .bytes = t->root.bytes, .users = 1};
	k->fd = vv_temp_open_unlinked(&k->path, NULL, "varve-", err);
	vv_status rc = k->fd < 0 ? (vv_status)k->fd
				 : vv_table_bytes(t, put_bytes, k, NULL, NULL, err);
	if (rc < 0) {
		free_kept(k);
		return rc;
	}
	*out = k;
	return VV_OK;
}

static bool drop_one(vv_ordered_files *f)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(f->lock);
	return evict_one(f);
}

/* In one's turn. */
static vv_status make_kept(vv_ordered_file *o, vv_error *err)
{
	vv_ordered_files *f = o->files;
	uint64_t bytes = o->table->root.bytes;
	vv_status rc;
	kept *k;

	vv_mutex_lock(f->lock);
	make_room(f, bytes);
	vv_mutex_unlock(f->lock);
	uint64_t began = vv_thread_cpu_ms();
	while ((rc = put_together(&k, o->table, err)) == VV_EIO && drop_one(f)) {
		/* the disk may be full of cached files */
	}
	o->cost_ms = vv_thread_cpu_ms() - began;
	charge_client(f, o, o->cost_ms);
	if (rc < 0) return rc;
	vv_auto(vv_locked) lock = vv_mutex_hold(f->lock);
	k->used = ++f->clock;
	k->next = f->first;
	f->first = o->kept = k;
	f->bytes += bytes;
	return VV_OK;
}

/* Without space for a file, or a folder: parts are made without it. */
static vv_status go_loose(vv_ordered_file *o, const vv_error *why, vv_error *err)
{
	vv_ordered_files *f = o->files;
	vv_status rc = VV_OK;

	vv_auto(vv_locked) lock = vv_mutex_hold(f->lock);
	if (f->loose < LOOSE_MAX) {
		f->loose++;
	} else {
		rc = vv_fail(
			err, VV_ELOCKED,
			"a temporary file cannot be written (%s), and %u other readers already "
			"work without one",
			why->message, LOOSE_MAX);
	}
	return rc;
}

/* Is it here? If not, may the client have it made? */
static vv_status find_kept(vv_ordered_file *o, uint64_t *credit, vv_error *err)
{
	vv_ordered_files *f = o->files;

	vv_mutex_lock(f->lock);
	o->kept = take_kept(f, &o->table->cid);
	*credit = credit_of(f, o);
	vv_mutex_unlock(f->lock);
	return o->kept || *credit > 0
		       ? VV_OK
		       : vv_fail(err, VV_ELOCKED,
				 "this client requested too many versions in a short time");
}

static vv_status open_kept(vv_ordered_file *o, vv_error *err)
{
	vv_ordered_files *f = o->files;
	vv_error why = {0};
	uint64_t credit;
	vv_status rc;

	if ((rc = find_kept(o, &credit, err)) < 0 || o->kept) return rc;
	vv_turn_take(f->turn, credit);
	/* Meanwhile another one may have made it, or cost this client its share. */
	if ((rc = find_kept(o, &credit, &why)) == VV_OK && !o->kept) {
		rc = make_kept(o, &why);
	}
	vv_turn_give(f->turn);
	if (rc == VV_EIO || rc == VV_ENOTFOUND) return go_loose(o, &why, err);
	return rc < 0 ? vv_error_copy(err, &why) : VV_OK;
}

/* ---- one file ---- */

bool vv_ordered_files_have(vv_ordered_files *f, const vv_table *t)
{
	bool have = false;

	vv_auto(vv_locked) lock = vv_mutex_hold(f->lock);
	for (const kept *k = f->first; k && !have; k = k->next) {
		have = vv_cid_equal(&k->version, &t->cid);
	}
	return have;
}

bool vv_ordered_file_is_kept(const vv_ordered_file *o)
{
	return o->kept != NULL;
}

bool vv_ordered_files_keep(const vv_table *t)
{
	return vv_root_has_places(&t->root) && t->root.bytes > SMALL;
}

vv_status vv_ordered_file_open(vv_ordered_file **out, vv_ordered_files *f, vv_table *t,
			       const vv_address *client, vv_error *err)
{
	vv_auto_free vv_ordered_file *o = vv_calloc(1, sizeof(*o));
	vv_status rc;

	*out = NULL;
	if (!o) return vv_fail_nomem(err);
	*o = (vv_ordered_file){.files = f, .table = t, .pays = client != NULL};
	if (client) {
		o->client = *client;
	}
	if ((rc = open_kept(o, err)) < 0) return rc;
	return vv_hand_over(out, &o);
}

void vv_ordered_file_close(vv_ordered_file *o)
{
	if (!o) return;
	give_back(o->files, o);
	vv_mutex_lock(o->files->lock);
	if (o->kept) {
		release_kept(o->kept);
	} else {
		o->files->loose--;
	}
	vv_mutex_unlock(o->files->lock);
	vv_free(o);
}

static vv_status made_room(vv_error *err)
{
	return vv_fail(
		err, VV_EIO,
		"the temporary file of this version was removed to make space for others\nrequest "
		"the rest again");
}

/* One piece, which is not given if the file made room meanwhile. */
static vv_status read_piece(vv_ordered_file *o, uint64_t from, char *piece, size_t len,
			    vv_error *err)
{
	kept *k = o->kept;
	ssize_t got = vv_pread_full(k->fd, piece, len, from, k->path, err);

	vv_mutex_lock(o->files->lock);
	bool gone = k->gone;
	k->used = ++o->files->clock;
	vv_mutex_unlock(o->files->lock);
	if (gone) return made_room(err);
	if (got < 0) return (vv_status)got;
	return (size_t)got == len ? VV_OK
				  : vv_fail(err, VV_EIO,
					    "temporary file '%s' is shorter than written", k->path);
}

static vv_status give_part(vv_ordered_file *o, uint64_t from, uint64_t len, vv_bytes_fn fn,
			   void *payload, vv_error *err)
{
	vv_auto(char) *piece = vv_malloc(PIECE);
	vv_status rc = piece ? VV_OK : vv_fail_nomem(err);

	while (rc == VV_OK && len > 0) {
		size_t n = len < PIECE ? (size_t)len : PIECE;

		if ((rc = read_piece(o, from, piece, n, err)) == VV_OK &&
		    (rc = fn(payload, piece, n, err)) == VV_OK) {
			o->given += n;
			from += n;
			len -= n;
		}
	}
	return rc;
}

vv_status vv_ordered_file_range(vv_ordered_file *o, uint64_t from, uint64_t len, vv_bytes_fn fn,
				void *payload, vv_error *err)
{
	uint64_t bytes = o->table->root.bytes;

	if (from >= bytes) return VV_OK;
	len = len < bytes - from ? len : bytes - from;
	if (o->kept) return give_part(o, from, len, fn, payload, err);
	uint64_t began = vv_thread_cpu_ms();
	vv_status rc = vv_table_range(o->table, from, len, fn, payload, err);
	charge_client(o->files, o, vv_thread_cpu_ms() - began);
	return rc;
}

vv_status vv_ordered_files_range(vv_ordered_files *f, vv_table *t, const vv_address *client,
				 uint64_t from, uint64_t len, vv_bytes_fn fn, void *payload,
				 vv_error *err)
{
	vv_auto(vv_ordered_file) *o = NULL;
	vv_status rc;

	if (!f || !vv_ordered_files_keep(t)) return vv_table_range(t, from, len, fn, payload, err);
	if ((rc = vv_ordered_file_open(&o, f, t, client, err)) == VV_OK) {
		rc = vv_ordered_file_range(o, from, len, fn, payload, err);
	}
	return rc;
}

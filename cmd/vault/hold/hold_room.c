/*
 * hold_room: reads the owners from a vault's folder.
 */
#include "cmd/vault/hold/hold_room.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/vault/hold/hold_name.h"

#define OWN_FILES 512u /* bytes of the folder's mark, "changed" and "lock", at most */

typedef struct author {
	uint8_t key[VV_KEY_PUBLIC];
	bool first; /* signed the vault's first record */
} author;

/* Room used by one vault. counted: the other members are valid. */
typedef struct vault_use {
	vv_cid cid;
	bool counted;
	uint64_t shards, records; /* bytes */
	author *authors;
	size_t count, cap;
} vault_use;

struct vv_hold_room {
	const vv_hold_rules *rules;
	const vv_place *place;
	bool listed; /* all vaults that are there are in the list */
	vault_use *vaults;
	size_t count, cap;
};

vv_status vv_hold_room_open(vv_hold_room **out, const vv_hold_rules *rules, const vv_place *place,
			    vv_error *err)
{
	vv_hold_room *r = vv_calloc(1, sizeof(*r));

	*out = r;
	if (!r) return vv_fail_nomem(err);
	*r = (vv_hold_room){.rules = rules, .place = place};
	return VV_OK;
}

void vv_hold_room_forget(vv_hold_room *r)
{
	vv_array_each(r->vaults, r->count, vault) {
		vv_free(vault->authors);
	}
	r->count = 0;
	r->listed = false;
}

void vv_hold_room_close(vv_hold_room *r)
{
	if (r) {
		vv_hold_room_forget(r);
		vv_free_all(r->vaults, r);
	}
}

static const vv_hold_identity *find_identity(const vv_hold_room *r, const uint8_t *key)
{
	return vv_hold_identity_find(r->rules->admitted, r->rules->admitted_count, key);
}

/* --- used room ------------------------------------------------------------------------------ */

static vault_use *find_vault(const vv_hold_room *r, const vv_cid *vault)
{
	return vv_array_find(r->vaults, r->count, v, vv_cid_equal(&v->cid, vault));
}

static vv_status add_vault(vv_hold_room *r, const vv_cid *vault, bool counted, vault_use **out,
			   vv_error *err)
{
	if (!vv_array_add(r->vaults, r->count, r->cap,
			  (vault_use){.cid = *vault, .counted = counted})) {
		return vv_fail_nomem(err);
	}
	*out = &r->vaults[r->count - 1];
	return VV_OK;
}

static vv_status add_author(vault_use *v, const uint8_t *key, bool first, vv_error *err)
{
	author *a = vv_array_find(v->authors, v->count, one,
				  memcmp(one->key, key, VV_KEY_PUBLIC) == 0);

	if (!a) {
		if (!vv_array_add(v->authors, v->count, v->cap, (author){0})) {
			return vv_fail_nomem(err);
		}
		a = &v->authors[v->count - 1];
		memcpy(a->key, key, VV_KEY_PUBLIC);
	}
	a->first = a->first || first;
	return VV_OK;
}

typedef struct counting {
	vv_hold_room *room;
	vault_use *vault;
	uint64_t *bytes;
	char first[VV_CID_TEXT + 12]; /* the name of the vault's first record */
	bool has_first;
} counting;

static vv_status on_file(void *payload, const vv_listed *e, vv_error *err VV_UNUSED)
{
	counting *c = payload;

	if (e->size != UINT64_MAX) {
		*c->bytes += e->size;
		c->has_first = c->has_first || strcmp(e->name, c->first) == 0;
	}
	return VV_OK;
}

/* Only valid records are written: a key with a folder has signed. */
static vv_status on_author(void *payload, const vv_listed *e, vv_error *err)
{
	counting *c = payload;
	char folder[VV_HOLD_NAME_LEN];
	uint8_t key[VV_KEY_PUBLIC];

	if (e->size != UINT64_MAX || !vv_did_key_read(key, e->name, strlen(e->name))) {
		return VV_OK; /* none of ours */
	}
	vv_hold_record_name(folder, &c->vault->cid, e->name);
	c->has_first = false;
	vv_status rc = vv_place_list(c->room->place, folder, on_file, c, err);
	return rc < 0 ? rc : add_author(c->vault, key, c->has_first, err);
}

static vv_status count_vault(vv_hold_room *r, vault_use *v, vv_error *err)
{
	char folder[VV_HOLD_NAME_LEN];
	counting c = {.room = r, .vault = v, .bytes = &v->shards};
	vv_status rc;

	v->shards = v->records = 0;
	v->count = 0;
	(void)snprintf(c.first, sizeof(c.first), "0000000000-%s", vv_cid_shows(&v->cid));
	vv_hold_below(folder, &v->cid, "shards");
	if ((rc = vv_place_list(r->place, folder, on_file, &c, err)) < 0) return rc;
	vv_hold_below(folder, &v->cid, "records");
	c.bytes = &v->records;
	rc = vv_place_list(r->place, folder, on_author, &c, err);
	v->counted = rc == VV_OK;
	return rc;
}

static vv_status on_vault(void *payload, const vv_cid *vault, uint64_t size VV_UNUSED,
			  vv_error *err)
{
	vault_use *v;

	return find_vault(payload, vault) ? VV_OK : add_vault(payload, vault, false, &v, err);
}

static vv_status count_all(vv_hold_room *r, vv_error *err)
{
	vv_status rc = r->listed || !r->place ? VV_OK
					      : vv_hold_list(r->place, NULL, on_vault, r, err);

	r->listed = rc == VV_OK;
	if (rc < 0) return rc;
	vv_array_each(r->vaults, r->count, v) {
		if (!v->counted && (rc = count_vault(r, v, err)) < 0) return rc;
	}
	return VV_OK;
}

void vv_hold_room_forget_vault(vv_hold_room *r, const vv_cid *vault)
{
	vault_use *v = find_vault(r, vault);

	if (v) {
		v->counted = false;
	}
}

void vv_hold_room_came(vv_hold_room *r, const vv_cid *vault, bool records, uint64_t len)
{
	vault_use *v = find_vault(r, vault);

	if (v) {
		v->records += records ? len : 0;
		v->shards += records ? 0 : len;
	}
}

vv_status vv_hold_room_author(vv_hold_room *r, const vv_cid *vault, const vv_ledger_record *record,
			      vv_error *err)
{
	vault_use *v;
	vv_status rc = count_all(r, err);

	if (rc < 0) return rc;
	if (!(v = find_vault(r, vault)) && (rc = add_vault(r, vault, true, &v, err)) < 0) return rc;
	return add_author(v, record->author, vv_cid_equal(&record->cid, vault), err);
}

/* --- whose it is --------------------------------------------------------------------------------- */

static bool counts_for(const vv_hold_room *r, const vault_use *v, const uint8_t *key)
{
	bool signed_it = false;

	vv_array_each(v->authors, v->count, a) {
		const bool own = memcmp(a->key, key, VV_KEY_PUBLIC) == 0;
		if (a->first && find_identity(r, a->key)) return own;
		signed_it = signed_it || own;
	}
	return signed_it;
}

static void find_room(const vv_hold_room *r, const vv_hold_identity *who, vv_hold_room_facts *out)
{
	*out = (vv_hold_room_facts){.room = who->room};
	out->alone = out->room >= r->rules->size;
	vv_array_each(r->vaults, r->count, v) {
		if (counts_for(r, v, who->key)) {
			out->shards += v->shards;
			out->records += v->records;
		}
	}
}

vv_status vv_hold_room_look(vv_hold_room *r, const uint8_t key[VV_KEY_PUBLIC],
			    vv_hold_room_facts *out, vv_error *err)
{
	const vv_hold_identity *who = find_identity(r, key);
	vv_status rc;

	if (!who) return vv_fail(err, VV_ENOTFOUND, "this server keeps no copies for this key");
	if ((rc = count_all(r, err)) == VV_OK) {
		find_room(r, who, out);
	}
	return rc;
}

static const char *what_takes(vv_hold_what what)
{
	return what == VV_HOLD_SHARD ? "this shard needs" : "these records need";
}

static vv_status refuse_room(const vv_hold_room *r, const vv_hold_identity *who,
			     const vv_hold_room_facts *f, vv_hold_what what, uint64_t len,
			     vv_error *err)
{
	vv_fail(err, VV_EREFUSED, "no room for the key %s: it may use %s and uses %s; %s %s more",
		vv_did_shows(who->key), vv_text_bytes(f->room),
		vv_text_bytes(f->shards + f->records), what_takes(what), vv_text_bytes(len));
	if (r->rules->renew) {
		return vv_hint(
			err,
			"run 'varve vault prune' to remove unreachable data, add another holder, or keep more copies for that server's owner (on the server, 'varve vault ledger standing' shows the room)");
	}
	return vv_hint_code(err, VV_HINT_PRUNE_HOLD);
}

/* Room that records may use beyond all other bounds. */
static uint64_t records_free(const vv_hold_room *r, vv_hold_what what)
{
	const uint64_t part = r->rules->size / 16,
		       most = part < VV_HOLD_RECORDS_FREE ? part : VV_HOLD_RECORDS_FREE;

	return what == VV_HOLD_NOTES ? most - most / 4 : most;
}

/* All vaults together. */
static vv_status check_all(const vv_hold_room *r, vv_hold_what what, uint64_t len, vv_error *err)
{
	const uint64_t all = records_free(r, VV_HOLD_LETTING_GO);
	uint64_t shards = 0, records = 0;

	vv_array_each(r->vaults, r->count, vault) {
		shards += vault->shards;
		records += vault->records;
	}
	uint64_t left = 0;

	if (what == VV_HOLD_SHARD) {
		left = records < all ? all - records : 0;
	} else if (what == VV_HOLD_NOTES) {
		left = all - records_free(r, what);
	}
	if (shards + records + left + len + OWN_FILES <= r->rules->size) return VV_OK;
	vv_fail(err, VV_EREFUSED,
		"it is full: %s of at most %s are used (%s are reserved for records); %s %s more",
		vv_text_bytes(shards + records), vv_text_bytes(r->rules->size), vv_text_bytes(all),
		what_takes(what), vv_text_bytes(len));
	return vv_hint_code(err, VV_HINT_PRUNE_HOLD);
}

vv_status vv_hold_room_check(vv_hold_room *r, const vv_cid *vault, vv_hold_what what, uint64_t len,
			     vv_error *err)
{
	const uint64_t most = records_free(r, what);
	const vault_use *v;
	bool counts = false;
	vv_status rc = count_all(r, err);

	if (rc < 0) return rc;
	if (!(v = find_vault(r, vault))) return check_all(r, what, len, err);
	vv_array_each(r->rules->admitted, r->rules->admitted_count, who) {
		vv_hold_room_facts f;
		if (!counts_for(r, v, who->key)) {
			continue;
		}
		counts = true;
		find_room(r, who, &f);
		/* Whose all of the room is, learns how full that is. */
		if (!f.alone && f.shards + f.records + len > f.room &&
		    (what == VV_HOLD_SHARD || f.records + len > most)) {
			return refuse_room(r, who, &f, what, len, err);
		}
	}
	if (!counts && v->records + len > most) {
		vv_fail(err, VV_EREFUSED,
			"this server keeps copies for no key of this vault, so the vault's records "
			"may take at most %s; they already take %s",
			vv_text_bytes(most), vv_text_bytes(v->records));
		return vv_hint_code(err, VV_HINT_ASK_FOR);
	}
	return check_all(r, what, len, err);
}

void vv_hold_room_owner(const vv_hold_room *r, const vv_cid *vault, uint8_t out[VV_KEY_PUBLIC])
{
	const vault_use *v = find_vault(r, vault);

	memset(out, 0, VV_KEY_PUBLIC);
	const vv_hold_identity *owner = vv_array_find(r->rules->admitted,
						      v ? r->rules->admitted_count : 0, who,
						      counts_for(r, v, who->key));
	if (owner) {
		memcpy(out, owner->key, VV_KEY_PUBLIC);
	}
}

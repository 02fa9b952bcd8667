/*
 * hold_files: sends parts of the files here, and lists vaults to their keys' owners.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/vault/hold/hold_internal.h"
#include "cmd/vault/hold/hold_name.h"
#include "cmd/vault/hold/ledger.h"

#define CLOCK_SEC 3600u /* that two clocks may differ by */

static vv_status fill_names(vv_hold_answering *x, const char *dir, char **names, size_t count,
			    vv_error *err)
{
	const bool authors = strcmp(x->q->name, "records") == 0;
	vv_stat is;

	vv_array_each(names, count, it) {
		const char *name = *it;
		bool fits;

		if (authors) {
			fits = vv_hold_is_author(name, strlen(name));
		} else if (strcmp(x->q->name, "shards") == 0) {
			fits = vv_hold_is_cid(name);
		} else {
			fits = vv_hold_is_record(name);
		}
		vv_auto(char) *path = NULL;
		if (!fits || strcmp(name, x->q->after) <= 0) {
			continue;
		}
		if (x->a.name_count == VV_HOLD_NAMES_MAX) {
			x->a.more = true;
			break;
		}
		if (!(path = vv_path_join(dir, name, (char *)NULL))) return vv_fail_nomem(err);
		if (vv_lstat(&is, path, NULL) == VV_OK &&
		    (authors ? S_ISDIR(is.mode) : S_ISREG(is.mode))) {
			vv_hold_name *n = &x->a.names[x->a.name_count++];
			n->size = authors ? UINT64_MAX : is.size;
			n->name = vv_arena_strndup(x->arena, name, strlen(name));
			if (!n->name) return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

vv_status vv_hold_give_list(vv_hold_answering *x, vv_error *err)
{
	char name[VV_HOLD_NAME_LEN], **names = NULL;
	size_t count = 0;
	vv_status rc;

	if (!vv_hold_is_folder(x->q->name)) {
		return vv_fail(err, VV_EUSAGE, "'%s' is not a folder of a vault",
			       vv_text_shows(x->q->name));
	}
	vv_hold_below(name, &x->q->vault, x->q->name);
	x->a.names = vv_arena_calloc(x->arena, VV_HOLD_NAMES_MAX, sizeof(*x->a.names));
	vv_auto(char) *dir = vv_path_join(x->h->dir, name, (char *)NULL);
	if (!dir || !x->a.names) return vv_fail_nomem(err);
	if ((rc = vv_list_dir(&names, &count, dir, err)) == VV_OK) {
		rc = fill_names(x, dir, names, count, err);
	} else if (rc == VV_ENOTFOUND) {
		rc = VV_OK; /* no files of it here */
	}
	vv_names_free(names, count);
	return rc;
}

vv_status vv_hold_give_part(vv_hold_answering *x, vv_error *err)
{
	char name[VV_HOLD_NAME_LEN];
	const uint64_t len = x->q->size < VV_HOLD_PART ? x->q->size : VV_HOLD_PART;

	if (!vv_hold_is_file(x->q->name)) {
		return vv_fail(err, VV_EUSAGE, "'%s' is not a file of a vault",
			       vv_text_shows(x->q->name));
	}
	vv_hold_below(name, &x->q->vault, x->q->name);
	vv_status rc = vv_place_get(&x->h->place, name, x->q->from, len, &x->bytes, err);
	if (rc == VV_ENOTFOUND) {
		rc = vv_fail(err, VV_ENOTFOUND, "the %s is missing here",
			     strncmp(x->q->name, "shards/", 7) == 0 ? "shard" : "record");
	}
	x->a.bytes = (vv_hold_bytes){(const uint8_t *)vv_buf_cstr(&x->bytes), x->bytes.len};
	return rc;
}

vv_status vv_hold_give_leaf(vv_hold_answering *x, vv_error *err)
{
	vv_hold *h = x->h;
	char name[VV_HOLD_NAME_LEN];
	vv_stat is;
	size_t hashes;
	vv_status rc;

	vv_hold_shard_name(name, &x->q->vault, &x->q->shard);
	if ((rc = vv_hold_look(h, name, &is, NULL)) < 0) {
		return vv_fail(err, VV_ENOTFOUND, "the shard is missing here");
	}
	const uint64_t leaves = is.size / (VV_LEAF + VV_LEAF_HASH);
	if (!vv_leaves_valid(leaves) || vv_shard_len((unsigned)leaves) != is.size) {
		return vv_fail(err, VV_ECORRUPT, "the shard's file has a wrong length");
	}
	if (x->q->leaf >= leaves) {
		return vv_fail(err, VV_EUSAGE,
			       "the shard has %llu leaves, so leaf %llu does not "
			       "exist",
			       (unsigned long long)leaves, (unsigned long long)x->q->leaf);
	}
	if ((rc = vv_place_get(&h->place, name, x->q->leaf * VV_LEAF, VV_LEAF, &x->bytes, err)) <
		    0 ||
	    (rc = vv_place_get(&h->place, name, leaves * VV_LEAF, leaves * VV_LEAF_HASH, &x->bytes,
			       err)) < 0) {
		return rc;
	}
	if (x->bytes.len != VV_LEAF + leaves * VV_LEAF_HASH) {
		return vv_fail(err, VV_ECORRUPT, "the shard's file has a wrong length");
	}
	const uint8_t *bytes = (const uint8_t *)x->bytes.data;
	if ((rc = vv_leaf_path(x->path, &hashes, bytes + VV_LEAF, (unsigned)leaves,
			       (unsigned)x->q->leaf, err)) == VV_OK) {
		x->a.shown = (vv_hold_bytes){bytes, VV_LEAF};
		x->a.path = (vv_hold_bytes){x->path, hashes * VV_LEAF_HASH};
	}
	return rc;
}

/* --- whose vaults --------------------------------------------------------------------------------------- */

/* An owner by the vault's first record. */
static bool is_owner(vv_hold_answering *x, const vv_cid *vault, const char *author)
{
	char name[VV_HOLD_NAME_LEN], first[VV_LEDGER_NAME];
	vv_auto(vv_buf) file = VV_BUF_INIT;
	vv_ledger_record r;
	bool found = false;

	(void)snprintf(first, sizeof(first), "%s/0000000000-%s", author, vv_cid_shows(vault));
	vv_hold_record_name(name, vault, first);
	if (vv_place_get(&x->h->place, name, 0, VV_LEDGER_RECORD_MAX, &file, VV_IGNORED) == VV_OK &&
	    vv_ledger_record_read(&r, x->arena, file.data, file.len, VV_IGNORED) == VV_OK &&
	    r.kind == VV_LEDGER_VAULT) {
		found = vv_array_find(r.keys, r.key_count, own,
				      memcmp(*own, x->q->key, VV_KEY_PUBLIC) == 0);
	}
	return found;
}

typedef struct vault_search {
	vv_hold_answering *x;
	const vv_cid *vault;
	char did[VV_DID_TEXT];
	bool found; /* the key's */
} vault_search;

static vv_status on_author(void *payload, const vv_listed *e, vv_error *err VV_UNUSED)
{
	vault_search *s = payload;

	if (e->size == UINT64_MAX && vv_hold_is_author(e->name, strlen(e->name))) {
		s->found = s->found || strcmp(e->name, s->did + 8) == 0 ||
			   is_owner(s->x, s->vault, e->name);
	}
	return VV_OK;
}

static vv_status on_vault(void *payload, const vv_cid *vault, uint64_t size VV_UNUSED,
			  vv_error *err)
{
	vault_search *s = payload;
	vv_hold_answering *x = s->x;
	char folder[VV_HOLD_NAME_LEN];

	if (x->a.vault_count == VV_HOLD_VAULTS_MAX) return VV_OK;
	s->vault = vault;
	s->found = false;
	vv_hold_below(folder, vault, "records");
	vv_status rc = vv_place_list(&x->h->place, folder, on_author, s, err);
	if (rc == VV_OK && s->found) {
		x->a.vaults[x->a.vault_count++] = *vault;
	}
	return rc;
}

/* The ids of the vaults that the key owns or writes in, for a client that proves it has the key: also when none of
 * its writers is admitted any longer, since files here are kept until their term ends. */
vv_status vv_hold_give_vaults(vv_hold_answering *x, vv_error *err)
{
	uint8_t bytes[VV_HOLD_VAULTS_BYTES];
	const uint64_t now = (uint64_t)vv_now_sec(), time = x->q->time;
	vault_search s = {.x = x};

	vv_hold_vaults_bytes(bytes, x->h->rules.key.public_key, time);
	if (vv_key_verify(x->q->signature, x->q->key, VV_VAULTS_PURPOSE, bytes, sizeof(bytes),
			  err) < 0) {
		return vv_fail(err, VV_EREFUSED,
			       "a request to list vaults must have a valid signature");
	}
	if ((time > now ? time - now : now - time) > CLOCK_SEC) {
		return vv_fail(err, VV_EREFUSED,
			       "the clocks of both machines differ by more than an hour\n"
			       "set the clocks, or name the vault with --vault ID");
	}
	x->a.vaults = vv_arena_calloc(x->arena, VV_HOLD_VAULTS_MAX, sizeof(*x->a.vaults));
	if (!x->a.vaults) return vv_fail_nomem(err);
	vv_did_text(s.did, x->q->key);
	return vv_hold_list(&x->h->place, NULL, on_vault, &s, err);
}

/*
 * access: shows and changes the readers and writers of a vault.
 */
#include <stdbool.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "cmd/frame/output.h"
#include "cmd/vault/commands.h"
#include "cmd/vault/hold/key_ring.h"
#include "cmd/vault/work/session.h"

/* ---- access: the lists of an epoch ---- */

typedef struct vv_access {
	const uint8_t *key; /* whose access changes */
	bool write, add;
} vv_access;

typedef struct keys {
	uint8_t (*items)[VV_KEY_PUBLIC];
	size_t count;
} keys;

static void keys_clear(keys *k)
{
	vv_free(k->items);
}
VV_AUTO_CLEAR(keys, keys_clear)

static bool has_key(const keys *k, const uint8_t *key)
{
	return vv_array_find(k->items, k->count, own, memcmp(*own, key, VV_KEY_PUBLIC) == 0);
}

static void put_key(keys *k, const uint8_t *key)
{
	if (!has_key(k, key)) {
		memcpy(k->items[k->count++], key, VV_KEY_PUBLIC);
	}
}

static void remove_key(keys *k, const uint8_t *key)
{
	size_t kept = 0;

	for (size_t i = 0; i < k->count; i++) {
		if (memcmp(k->items[i], key, VV_KEY_PUBLIC) != 0) {
			memmove(k->items[kept++], k->items[i], VV_KEY_PUBLIC);
		}
	}
	k->count = kept;
}

static vv_status check_change(const vv_access *x, const vv_vault_session *s, const keys *readers,
			      const keys *writers, vv_error *err)
{
	const keys *list = x->write ? writers : readers;
	char did[VV_DID_TEXT];

	if (!vv_vault_is_owner(s->state, s->key.public_key) || !s->secrets.last) {
		vv_did_text(did, s->key.public_key);
		return vv_fail(err, VV_EREFUSED,
			       "the key %s is not an owner of this vault\nuse the founder's key or "
			       "the recovery key: --key FILE",
			       did);
	}
	vv_did_text(did, x->key);
	if (vv_vault_is_owner(s->state, x->key) && !x->write) {
		return vv_fail(err, VV_EREFUSED, "%s is an owner; owners may always read", did);
	}
	if (vv_vault_is_owner(s->state, x->key)) {
		if (memcmp(x->key, s->key.public_key, VV_KEY_PUBLIC) == 0) {
			return vv_fail(
				err, VV_EREFUSED,
				"the key %s cannot sign a change of its own rights\nsign with the vault's other owner key (the founder's or the recovery key): --key FILE",
				did);
		}
		if (x->add != vv_vault_is_writer(s->state, x->key)) return VV_OK;
		return x->add ? vv_fail(err, VV_EEXISTS, "%s is already in the list", did)
			      : vv_fail(err, VV_ENOTFOUND, "%s is not in the list", did);
	}
	if (x->add && has_key(list, x->key)) {
		return vv_fail(err, VV_EEXISTS, "%s is already in the list", did);
	}
	return x->add || has_key(list, x->key)
		       ? VV_OK
		       : vv_fail(err, VV_ENOTFOUND, "%s is not in the list", did);
}

/* VV_EREFUSED: the session's key is not an owner's; VV_EEXISTS, VV_ENOTFOUND: nothing to change. The
 * session is connected; records still have to go out (sync). */
static vv_status access_change(const vv_access *x, vv_vault_session *s, vv_error *err)
{
	const size_t old = vv_vault_writer_count(s->state);
	vv_auto(keys) readers = {vv_calloc(s->secrets.reader_count + 1, VV_KEY_PUBLIC), 0},
		      writers = {vv_calloc(old + 1, VV_KEY_PUBLIC), 0};
	vv_status rc;

	if (!readers.items || !writers.items) return vv_fail_nomem(err);
	vv_array_each(s->secrets.readers, s->secrets.reader_count, reader) {
		put_key(&readers, *reader);
	}
	for (size_t i = 0; i < old; i++) {
		put_key(&writers, vv_vault_writer_at(s->state, i));
	}
	if ((rc = check_change(x, s, &readers, &writers, err)) < 0) return rc;
	bool was_writer = vv_vault_is_writer(s->state, x->key);
	if (x->add) {
		put_key(&readers, x->key);
		if (x->write) {
			put_key(&writers, x->key);
		}
	} else {
		remove_key(&writers, x->key);
		if (!x->write) {
			remove_key(&readers, x->key);
		}
	}
	const vv_epoch_change change = {.readers = (const uint8_t(*)[VV_KEY_PUBLIC])readers.items,
					.reader_count = readers.count,
					.writers = (const uint8_t(*)[VV_KEY_PUBLIC])writers.items,
					.writer_count = writers.count,
					.removed = (const uint8_t(*)[VV_KEY_PUBLIC])x->key,
					.removed_count = !x->add && was_writer};
	return vv_epoch_begin(s->ledger, s->state, &s->secrets, &change, &s->key, err);
}

/* ---- the command ---- */

typedef struct options {
	const char *key;
	uint64_t timeout;
} options;

static const vv_option table[] = {
	OPT_STRING(0, "key", key, "FILE",
		   "sign with the key in this file, such as the recovery key"),
	OPT_POSITIVE(0, "timeout", timeout, "SECONDS", VV_TIMEOUT_HELP),
};

static void print_key(const uint8_t *key, const char *what)
{
	vv_out("%s%s\n", vv_did_shows(key), what);
}

static void list_keys(const vv_vault_session *s, bool writers)
{
	const size_t count = writers ? vv_vault_writer_count(s->state) : s->secrets.reader_count;

	for (size_t i = 0; i < count; i++) {
		const uint8_t *key = writers ? vv_vault_writer_at(s->state, i)
					     : s->secrets.readers[i];
		print_key(key, vv_vault_is_owner(s->state, key) ? "  owner" : "");
	}
}

/* Lists them, or adds or removes one. */
static vv_status change_access(vv_context *c, vv_vault_session *s, bool write, vv_error *err)
{
	uint8_t key[VV_KEY_PUBLIC];
	vv_access x = {
		.key = key, .write = write, .add = c->argc > 0 && strcmp(c->argv[0], "add") == 0};
	const size_t epochs = s->state->epochs.count;
	vv_status rc;

	if (c->argc == 0) {
		list_keys(s, x.write);
		return VV_OK;
	}
	if ((rc = vv_key_ring_find(key, vv_repository_env(s->repo), c->argv[1], err)) < 0 ||
	    (rc = vv_vault_session_check_key(s, err)) < 0 || (rc = access_change(&x, s, err)) < 0 ||
	    (rc = vv_vault_session_sync(s, err)) < 0) {
		return rc;
	}
	if (x.add) {
		vv_note("%s may %s this vault, beginning with epoch %zu", vv_did_shows(key),
			x.write ? "write to" : "read", epochs + 1);
	} else {
		vv_note(x.write ? "the data that this key wrote stays in the vault"
				: "this key cannot read data sealed after this change; it can still "
				  "read earlier data and its own copies");
	}
	return VV_OK;
}

static int check_access(const vv_context *c)
{
	const bool changes = c->argc == 2 &&
			     (strcmp(c->argv[0], "add") == 0 || strcmp(c->argv[0], "remove") == 0);

	return c->argc == 0 || changes
		       ? VV_EXIT_OK
		       : vv_usage_error("%s takes 'add DID', 'remove DID' or no argument", c->name);
}

static vv_status run_access(vv_context *c, bool write, vv_error *err)
{
	const options *o = c->options;
	const vv_session_options so = {.key_file = o->key,
				       .need_key = true,
				       .quiet = true,
				       .notes = &vv_notes_stderr,
				       .idle_sec = o->timeout};
	vv_auto(vv_vault_session) s = {.lock = -1};
	const vv_status rc = vv_vault_session_open_to_read(&s, c->repo, &so, err);

	return rc < 0 ? rc : change_access(c, &s, write, err);
}

static vv_status run_readers(vv_context *c, vv_error *err)
{
	return run_access(c, false, err);
}

static vv_status run_writers(vv_context *c, vv_error *err)
{
	return run_access(c, true, err);
}

const vv_command vv_cmd_vault_readers = {
	.name = "vault readers",
	.group = "who",
	.summary = "list, add and remove keys that may read the vault",
	.usage = "[--key FILE] [add DID | remove DID]",
	.example = "$ varve vault readers add did:key:z6Mk...",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "",
	.check = check_access,
	.needs = VV_NEEDS_REPOSITORY,
	.run = run_readers,
};

const vv_command vv_cmd_vault_writers = {
	.name = "vault writers",
	.group = "who",
	.summary = "list, add and remove keys that may write to the vault",
	.usage = "[--key FILE] [add DID | remove DID]",
	.example = "$ varve vault writers add did:key:z6Mk...",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "",
	.check = check_access,
	.needs = VV_NEEDS_REPOSITORY,
	.run = run_writers,
};

/*
 * access: who may read a vault, and who may write to it.
 */
#include <string.h>

#include "cmd/frame/output.h"
#include "cmd/vault/commands.h"
#include "cmd/vault/hold/key_ring.h"
#include "cmd/vault/work/access.h"

typedef struct options {
	const char *key;
	uint64_t timeout;
} options;

static const vv_option table[] = {
	OPT_STRING(0, "key", key, "FILE",
		   "sign with the key in this file, such as the recovery key"),
	OPT_NUMBER(0, "timeout", timeout, "SECONDS",
		   "stop waiting for a holder after this long without a byte (60; 2 for its first "
		   "answer)"),
};

static void print_key(const uint8_t *key, const char *what)
{
	char did[VV_DID_TEXT];

	vv_did_text(did, key);
	vv_out("%s%s\n", did, what);
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
static vv_status change(vv_context *c, vv_vault_session *s, bool write, vv_error *err)
{
	uint8_t key[VV_KEY_PUBLIC];
	vv_access x = {
		.key = key, .write = write, .add = c->argc > 0 && strcmp(c->argv[0], "add") == 0};
	const size_t epochs = vv_vault_epoch_count(s->state);
	char did[VV_DID_TEXT];
	vv_status rc;

	if (c->argc == 0) {
		list_keys(s, x.write);
		return VV_OK;
	}
	if ((rc = vv_key_ring_find(key, vv_repository_env(s->repo), c->argv[1], err)) < 0 ||
	    (rc = vv_vault_session_check_key(s, err)) < 0 ||
	    (rc = vv_access_change(&x, s, err)) < 0 || (rc = vv_vault_session_sync(s, err)) < 0) {
		return rc;
	}
	vv_did_text(did, key);
	if (x.add) {
		vv_note("%s may %s this vault from epoch %zu on, which begins now", did,
			x.write ? "write to" : "read", epochs + 1);
	} else {
		vv_note(x.write ? "its copies so far stay in the vault"
				: "it cannot read data sealed from now on; it can "
				  "still read earlier data and its own copies");
	}
	return VV_OK;
}

static int check_access(const vv_context *c)
{
	const bool changes = c->argc == 2 &&
			     (strcmp(c->argv[0], "add") == 0 || strcmp(c->argv[0], "remove") == 0);

	return c->argc == 0 || changes
		       ? VV_EXIT_OK
		       : vv_usage_error("%s takes nothing, add DID or remove DID", c->name);
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
	vv_status rc = vv_vault_session_open_to_read(&s, c->repo, &so, err);

	if (rc < 0) return rc;
	return change(c, &s, write, err);
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

/*
 * key: this machine's key, and names for others'.
 */
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/keys/key_file.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/vault/commands.h"
#include "cmd/vault/hold/key_ring.h"

typedef struct options {
	bool passphrase, force;
} options;

static const vv_option table[] = {
	OPT_FLAG('p', "passphrase", passphrase,
		 "new, export, import: protect the key with a passphrase"),
	OPT_FLAG(0, "force", force, "new, import: replace a key that this machine already has"),
};

/* Writes the key to path, under a passphrase if that is wanted. */
static vv_status write_key(const options *o, const char *path, const vv_key *k, vv_error *err)
{
	vv_auto(vv_secret_buf) passphrase = VV_BUF_INIT;
	vv_status rc;

	if (o->passphrase && (rc = vv_passphrase_get(&passphrase, vv_environ(),
						     "New passphrase: ", true, err)) < 0) {
		return rc;
	}
	return vv_key_file_write(path, k, o->passphrase ? &passphrase : NULL, err);
}

/* The machine's key gets this value. One that is there is kept beside it. */
static vv_status set_own(const options *o, const vv_key *k, vv_error *err)
{
	vv_auto(char) *path = vv_key_ring_path(vv_environ(), "key", err);
	char did[VV_DID_TEXT];
	vv_auto(vv_buf) old = VV_BUF_INIT;
	bool sealed;
	vv_status rc = VV_OK;

	if (!path) return err->code;
	if (vv_exists(path) && !o->force) {
		rc = vv_fail(
			err, VV_EEXISTS,
			"this machine already has a key: '%s'\n'varve vault key show' prints its "
			"DID; --force makes a new key, and keeps the old file under another name",
			vv_text_shows(path));
	} else if (vv_exists(path) && (rc = vv_key_file_look(did, &sealed, path, err)) == VV_OK) {
		vv_buf_printf(&old, "%s.%.16s", path, did + 8);
		rc = vv_buf_ok(&old, err);
		rc = rc < 0 ? rc : vv_rename(path, old.data, err);
		if (rc == VV_OK) {
			vv_note("the old key is in %s", vv_text_shows(old.data));
		}
	}
	if (rc == VV_OK && (rc = write_key(o, path, k, err)) == VV_OK) {
		vv_did_text(did, k->public_key);
		vv_out("%s\n", did);
	}
	return rc;
}

static vv_status run_new(const options *o, char **argv VV_UNUSED, vv_error *err)
{
	vv_auto(vv_key) k = {0};
	vv_status rc = vv_key_new(&k, err);

	return rc < 0 ? rc : set_own(o, &k, err);
}

static vv_status run_show(const options *o VV_UNUSED, char **argv VV_UNUSED, vv_error *err)
{
	uint8_t key[VV_KEY_PUBLIC];
	vv_status rc = vv_key_ring_own(key, vv_environ(), err);

	if (rc == VV_OK) {
		vv_out("%s\n", vv_did_shows(key));
	}
	return rc;
}

static vv_status run_list(const options *o VV_UNUSED, char **argv VV_UNUSED, vv_error *err)
{
	vv_auto(char) *path = vv_key_ring_path(vv_environ(), "key", err);
	char did[VV_DID_TEXT];
	vv_auto(vv_buf) names = VV_BUF_INIT;
	bool sealed;
	vv_status rc = VV_OK;

	if (!path) return err->code;
	if (vv_exists(path) && (rc = vv_key_file_look(did, &sealed, path, err)) == VV_OK) {
		vv_out("%s  this machine%s\n", did, sealed ? ", under a passphrase" : "");
	}
	if (rc == VV_OK && (rc = vv_key_ring_read(&names, vv_environ(), "trusted", err)) == VV_OK) {
		for (vv_line l = {.rest = vv_buf_cstr(&names)}; vv_line_next(&l);) {
			const size_t name = strcspn(l.text, " \n");
			if (name < l.len) {
				vv_out_text(l.text + name + 1, l.len - name - 1);
				vv_out("  ");
				vv_out_text(l.text, name);
				vv_out("\n");
			}
		}
	}
	return rc;
}

static vv_status run_trust(const options *o VV_UNUSED, char **argv, vv_error *err)
{
	const char *name = argv[1], *did = argv[2];
	uint8_t key[VV_KEY_PUBLIC];

	if (strncmp(name, "did:", 4) == 0) {
		return vv_fail(
			err, VV_EUSAGE,
			"'%s' is a key, but the name must come first\nrun 'varve vault key trust %s %s'",
			vv_text_shows(name),
			strncmp(did, "did:", 4) == 0 ? "NAME" : vv_text_word(did),
			vv_text_word(name));
	}
	vv_status rc = vv_did_read(key, did, err);
	return rc < 0 ? rc : vv_key_ring_trust(vv_environ(), name, key, err);
}

static vv_status run_untrust(const options *o VV_UNUSED, char **argv, vv_error *err)
{
	return vv_key_ring_untrust(vv_environ(), argv[1], err);
}

static vv_status run_export(const options *o, char **argv, vv_error *err)
{
	vv_auto(vv_key) k = {0};

	if (vv_exists(argv[1])) {
		return vv_fail(err, VV_EEXISTS, "'%s' exists already", vv_text_shows(argv[1]));
	}
	const vv_status rc = vv_key_ring_open(&k, vv_environ(), NULL, err);
	return rc < 0 ? rc : write_key(o, argv[1], &k, err);
}

static vv_status run_import(const options *o, char **argv, vv_error *err)
{
	vv_auto(vv_key) k = {0};
	vv_status rc = vv_key_ring_open(&k, vv_environ(), argv[1], err);

	return rc < 0 ? rc : set_own(o, &k, err);
}

static const struct verb {
	const char *name;
	int words; /* with its own */
	vv_status (*run)(const options *o, char **argv, vv_error *err);
} verbs[] = {
	{"show", 1, run_show},     {"new", 1, run_new},         {"list", 1, run_list},
	{"trust", 3, run_trust},   {"untrust", 2, run_untrust}, {"export", 2, run_export},
	{"import", 2, run_import},
};

static int run_key(void *opts, int argc, char **argv)
{
	vv_error err;

	vv_array_each(verbs, sizeof(verbs) / sizeof(*verbs), v) {
		if (argc == 0 || (strcmp(argv[0], v->name) == 0 && argc == v->words)) {
			return v->run(opts, argv, &err) < 0 ? vv_report_trouble(&err) : VV_EXIT_OK;
		}
	}
	return vv_usage_error(
		"expected key new, show, list, trust NAME DID, untrust NAME, export FILE or import FILE");
}

const vv_command vv_cmd_vault_key = {
	.name = "vault key",
	.group = "who",
	.summary = "manage this machine's key, and names for the keys of others",
	.usage = "new [--passphrase] [--force]\nshow\nlist\ntrust NAME DID\nuntrust NAME\n"
		 "export [--passphrase] FILE\nimport [--passphrase] [--force] FILE",
	.example = "$ varve vault key new\n"
		   "did:key:z6Mk...",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.run_alone = run_key,
};

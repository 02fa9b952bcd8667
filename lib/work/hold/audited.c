/*
 * audited: knows where ledgers lie, and reads them together.
 */
#include "lib/work/hold/audited.h"

#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "lib/work/hold/vault_list.h"
#include "transport/hold/hold_name.h"
#include "transport/hold/ledger.h"
#include "transport/hold/vault_state.h"

/* A folder with records of a vault. */
typedef struct source {
	vv_cid vault;
	char *dir;
} source;

typedef struct reading {
	vv_audited *a;
	source *sources;
	size_t count, cap;
	vv_buf file;
} reading;

static vv_status take_source(reading *x, const vv_cid *vault, char *take_dir, vv_error *err)
{
	if (!take_dir || !vv_array_room(x->sources, x->count, x->cap)) {
		vv_free(take_dir);
		return vv_fail_nomem(err);
	}
	x->sources[x->count++] = (source){*vault, take_dir};
	return VV_OK;
}

/* --- where they lie --------------------------------------------------------------------------------- */

/* Has somebody whose audits count signed here? */
static bool has_author(const vv_audited *a, const char *dir)
{
	char did[VV_DID_TEXT];
	bool found = false;

	for (size_t i = 0; i <= a->trusted.count && !found; i++) {
		vv_did_text(did, i == 0 ? a->self : a->trusted.keys[i - 1]);
		char *folder = vv_path_join(dir, did + 8, (char *)NULL);
		found = folder && vv_exists(folder);
		vv_free(folder);
	}
	return found;
}

static vv_status find_held(reading *x, const char *hold, vv_error *err)
{
	char **names = NULL;
	size_t count = 0;
	vv_status rc = vv_exists(hold) ? vv_list_dir(&names, &count, hold, err) : VV_OK;

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		vv_cid vault;
		vv_error ignored;
		if (vv_cid_parse(&vault, names[i], strlen(names[i]), &ignored) < 0) {
			continue;
		}
		char *dir = vv_path_join(hold, names[i], "records", (char *)NULL);
		if (dir && !has_author(x->a, dir)) {
			vv_free(dir);
			continue;
		}
		rc = take_source(x, &vault, dir, err);
	}
	vv_names_free(names, count);
	return rc;
}

static vv_status on_own(void *payload, const vv_cid *vault, const char *folder, vv_error *err)
{
	reading *x = payload;

	if (!vv_exists(folder)) {
		x->a->gone++;
		return VV_OK;
	}
	return take_source(x, vault, vv_strdup(folder), err);
}

/* --- what they say --------------------------------------------------------------------------------------- */

/* A damaged record is as if it were not there, and so are those of its author after it. */
static vv_status load_record(reading *x, vv_ledger *l, const char *dir, const char *author,
			     const char *record, vv_error *err)
{
	char *name = vv_path_join(author, record, (char *)NULL),
	     *path = vv_path_join(dir, author, record, (char *)NULL);
	vv_error why;
	vv_status rc = name && path ? VV_OK : vv_fail_nomem(err);

	vv_buf_reset(&x->file);
	if (rc == VV_OK &&
	    (rc = vv_read_regular(&x->file, path, VV_LEDGER_RECORD_MAX, &why)) == VV_OK) {
		rc = vv_ledger_add(l, name, vv_buf_cstr(&x->file), x->file.len, &why);
	}
	if (rc == VV_ENOMEM) {
		vv_fail_nomem(err);
	} else if (rc < 0) {
		x->a->damaged++;
		rc = VV_OK;
	}
	vv_free(name);
	vv_free(path);
	return rc;
}

static vv_status load_author(reading *x, vv_ledger *l, const char *dir, const char *author,
			     vv_error *err)
{
	char *folder = vv_path_join(dir, author, (char *)NULL), **names = NULL;
	size_t count = 0;
	vv_status rc = folder ? vv_list_dir(&names, &count, folder, err) : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		if (vv_hold_is_record(names[i])) {
			rc = load_record(x, l, dir, author, names[i], err);
		}
	}
	vv_names_free(names, count);
	vv_free(folder);
	return rc;
}

static vv_status load(reading *x, vv_ledger *l, const char *dir, vv_error *err)
{
	char **names = NULL;
	size_t count = 0;
	vv_status rc = vv_list_dir(&names, &count, dir, err);

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		if (vv_hold_is_author(names[i], strlen(names[i]))) {
			rc = load_author(x, l, dir, names[i], err);
		}
	}
	vv_names_free(names, count);
	return rc;
}

/* Source number `first`, and those of the same vault after it. */
static vv_status add_vault(reading *x, size_t first, vv_error *err)
{
	const vv_cid *vault = &x->sources[first].vault;
	vv_vault_state *state = NULL;
	vv_ledger *l;
	vv_error why;
	vv_status rc = vv_ledger_open(&l, "", vault, err);

	for (size_t i = first; rc == VV_OK && i < x->count; i++) {
		if (vv_cid_equal(&x->sources[i].vault, vault)) {
			rc = load(x, l, x->sources[i].dir, err);
		}
	}
	if (rc < 0 || (rc = vv_ledger_settle(l, err)) < 0) {
		goto done;
	}
	if ((rc = vv_vault_state_open(&state, l, &why)) == VV_EMISSING) {
		rc = VV_OK; /* its first record is not here: nothing counts */
		goto done;
	}
	if (rc < 0) {
		*err = why;
		goto done;
	}
	x->a->vaults++;
	rc = vv_standing_add(&x->a->standing, l, state, err);
done:
	vv_vault_state_close(state);
	vv_ledger_close(l);
	return rc;
}

static vv_status add_all(reading *x, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < x->count; i++) {
		bool again = false;
		for (size_t k = 0; k < i && !again; k++) {
			again = vv_cid_equal(&x->sources[k].vault, &x->sources[i].vault);
		}
		rc = again ? VV_OK : add_vault(x, i, err);
	}
	return rc;
}

vv_status vv_audited_open(vv_audited *out, const vv_env *env, const char *hold, vv_error *err)
{
	reading x = {.a = out, .file = VV_BUF_INIT};
	int64_t now;
	uint32_t nsec;
	vv_status rc;

	*out = (vv_audited){.vaults = 0};
	if ((rc = vv_key_ring_own(out->self, env, err)) < 0 ||
	    (rc = vv_key_ring_trusted(&out->trusted, env, err)) < 0) {
		return rc;
	}
	vv_now(&now, &nsec);
	out->standing = (vv_standing){.now = now > 0 ? (uint64_t)now : 0,
				      .self = out->self,
				      .trusted = (const uint8_t(*)[VV_KEY_PUBLIC])out->trusted.keys,
				      .trusted_count = out->trusted.count};
	if ((rc = vv_vault_list_each(env, on_own, &x, err)) == VV_OK && hold) {
		rc = find_held(&x, hold, err);
	}
	if (rc == VV_OK && (rc = add_all(&x, err)) == VV_OK) {
		vv_standing_settle(&out->standing);
	}
	for (size_t i = 0; i < x.count; i++) {
		vv_free(x.sources[i].dir);
	}
	vv_free(x.sources);
	vv_buf_clear(&x.file);
	if (rc < 0) {
		vv_audited_clear(out);
	}
	return rc;
}

void vv_audited_clear(vv_audited *a)
{
	vv_standing_clear(&a->standing);
	vv_trusted_keys_clear(&a->trusted);
}

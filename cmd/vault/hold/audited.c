/*
 * audited: where ledgers lie; reads them together.
 */
#include "cmd/vault/hold/audited.h"

#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/sys.h"
#include "cmd/vault/hold/ledger.h"
#include "cmd/vault/hold/vault_list.h"
#include "cmd/vault/hold/vault_state.h"

/* A folder with records of a vault. */
typedef struct source {
	vv_cid vault;
	char *dir;
} source;

typedef struct reading {
	vv_audited *a;
	source *sources;
	size_t count, cap;
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

static vv_status on_own(void *payload, const vv_cid *vault, const char *folder, vv_error *err)
{
	reading *x = payload;

	if (!vv_exists(folder)) {
		x->a->gone++;
		return VV_OK;
	}
	return take_source(x, vault, vv_strdup(folder), err);
}

/* --- their content --------------------------------------------------------------------------------------- */

/* Source number `first`, and those of the same vault after it. */
static vv_status add_vault(reading *x, size_t first, vv_error *err)
{
	const vv_cid *vault = &x->sources[first].vault;
	vv_auto(vv_ledger) *l = NULL;
	vv_auto(vv_vault_state) *state = NULL;
	vv_status rc = vv_ledger_open(&l, "", vault, err);

	for (size_t i = first; rc == VV_OK && i < x->count; i++) {
		if (vv_cid_equal(&x->sources[i].vault, vault)) {
			rc = vv_ledger_add_folder(l, x->sources[i].dir, &x->a->damaged, err);
		}
	}
	if (rc < 0 || (rc = vv_ledger_settle(l, err)) < 0) return rc;
	if ((rc = vv_vault_state_open(&state, l, err)) <
	    0) { /* without its first record nothing counts */
		return vv_error_excuse(rc, rc == VV_EMISSING, err);
	}
	return vv_standing_add(&x->a->standing, l, state, err);
}

static vv_status add_all(reading *x, vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < x->count; i++) {
		bool again = false;
		for (size_t k = 0; k < i && !again; k++) {
			again = vv_cid_equal(&x->sources[k].vault, &x->sources[i].vault);
		}
		if (!again && (rc = add_vault(x, i, err)) < 0) return rc;
	}
	return VV_OK;
}

static void reading_clear(reading *x)
{
	for (size_t i = 0; i < x->count; i++) {
		vv_free(x->sources[i].dir);
	}
	vv_free(x->sources);
}

VV_AUTO_CLEAR(reading, reading_clear)

static vv_status read_all(vv_audited *out, const vv_env *env, vv_error *err)
{
	vv_auto(reading) x = {.a = out};
	vv_status rc = vv_vault_list_each(env, on_own, &x, err);

	return rc < 0 ? rc : add_all(&x, err);
}

vv_status vv_audited_open(vv_audited *out, const vv_env *env, vv_error *err)
{
	vv_status rc;

	*out = (vv_audited){.gone = 0};
	if ((rc = vv_key_ring_own(out->self, env, err)) < 0) return rc;
	out->standing = (vv_standing){.now = (uint64_t)vv_now_sec(), .self = out->self};
	if ((rc = read_all(out, env, err)) < 0) {
		vv_audited_clear(out);
	}
	return rc;
}

void vv_audited_clear(vv_audited *a)
{
	vv_standing_clear(&a->standing);
}

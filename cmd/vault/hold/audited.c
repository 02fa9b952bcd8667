/*
 * audited: reads the ledgers of a vault together.
 */
#include "cmd/vault/hold/audited.h"

#include "base/file.h"
#include "base/sys.h"
#include "cmd/vault/hold/ledger.h"
#include "cmd/vault/hold/vault_list.h"
#include "cmd/vault/hold/vault_state.h"
#include "repo/blocks/reach.h"

typedef struct reading {
	vv_audited *a;
	const vv_env *env;
	vv_cid_set *read;    /* vaults */
	const vv_cid *vault; /* that is read, and its ledger */
	vv_ledger *ledger;
} reading;

/* One of the folders of the vault that is read. */
static vv_status on_folder(void *payload, const vv_cid *vault, const char *folder, vv_error *err)
{
	reading *x = payload;

	if (!vv_cid_equal(vault, x->vault)) return VV_OK;
	x->a->gone += !vv_exists(folder);
	return vv_ledger_add_folder(x->ledger, folder, &x->a->damaged, err);
}

/* Reads all folders of a vault when its first line comes. */
static vv_status on_vault(void *payload, const vv_cid *vault, const char *folder VV_UNUSED,
			  vv_error *err)
{
	reading *x = payload;
	vv_auto(vv_ledger) *l = NULL;
	vv_auto(vv_vault_state) *state = NULL;
	bool added;
	vv_status rc = vv_cid_set_add(x->read, vault, &added, err);

	if (rc < 0 || !added || (rc = vv_ledger_open(&l, "", vault, err)) < 0) return rc;
	x->vault = vault;
	x->ledger = l;
	if ((rc = vv_vault_list_each(x->env, on_folder, x, err)) < 0 ||
	    (rc = vv_ledger_settle(l, err)) < 0) {
		return rc;
	}
	if ((rc = vv_vault_state_open(&state, l, err)) <
	    0) { /* without its first record nothing counts */
		return vv_error_excuse(rc, rc == VV_EMISSING, err);
	}
	return vv_standing_add(&x->a->standing, l, state, err);
}

vv_status vv_audited_open(vv_audited *out, const vv_env *env, vv_error *err)
{
	vv_auto(vv_cid_set) *read = vv_cid_set_new();
	reading x = {.a = out, .env = env, .read = read};
	vv_status rc = read ? VV_OK : vv_fail_nomem(err);

	*out = (vv_audited){.gone = 0};
	if (rc < 0 || (rc = vv_key_ring_own(out->self, env, err)) < 0) return rc;
	out->standing = (vv_standing){.now = (uint64_t)vv_now_sec(), .self = out->self};
	if ((rc = vv_vault_list_each(env, on_vault, &x, err)) < 0) {
		vv_audited_clear(out);
	}
	return rc;
}

void vv_audited_clear(vv_audited *a)
{
	vv_standing_clear(&a->standing);
}

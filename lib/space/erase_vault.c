/*
 * erase_vault: the words about remaining sealed copies.
 */
#include "lib/space/erase_vault.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/show.h"
#include "base/text.h"
#include "lib/remotes/vault_config.h"
#include "lib/sync/vault_erased.h"

#define PRUNE                                                                                      \
	"pruning the vault without a grace period, on the machine of each writer and with this "   \
	"list of erased data, removes them, at a server after its term"

/* Remaining data decides before places that could not be read. */
static void judge_vault(vv_erase_answer *a, vv_buf *why, const vv_vault_erased *v)
{
	a->there = v->items + v->old;
	a->unasked = v->away + v->unread;
	if (v->items > 0) {
		a->kind = VV_ERASE_STAYS;
		vv_buf_puts(why, "sealed copies stay at the holders");
	} else if (v->old > 0) {
		a->kind = VV_ERASE_STAYS;
		vv_buf_printf(why, "%s at holders, which no version needs, may have erased data",
			      vv_text_counted(v->old, "sealed copy", "sealed copies"));
	} else if (v->unread > 0) {
		a->kind = VV_ERASE_UNSEEN;
		vv_buf_puts(why, "not every run could be read");
	} else {
		a->kind = v->away > 0 ? VV_ERASE_OUT_OF_REACH : VV_ERASE_GONE;
	}
	if (v->waits[0]) {
		vv_buf_printf(why, "%s%s", why->len > 0 ? ": " : "", vv_text_shows(v->waits));
	}
	if (a->kind == VV_ERASE_STAYS) {
		vv_buf_puts(why, "; " PRUNE);
	}
	if (v->deleted > 0) {
		vv_buf_printf(why, "%s%s deleted", why->len > 0 ? "; " : "",
			      vv_text_counted(v->deleted, "sealed copy was", "sealed copies were"));
	}
	if (v->away > 0) {
		vv_buf_printf(why, "%sholders that could not be looked at: %s",
			      why->len > 0 ? "; " : "", vv_text_shows(v->away_names));
	}
}

/* Answers for a vault that .varveconfig does not name, as on a branch without it. */
static vv_status look_at_folder(vv_erase_answers *out, vv_repository *r, vv_error *err)
{
	vv_auto(char) *dir = vv_path_join(vv_repository_varvedir(r), "vault", (char *)NULL);
	const vv_erase_answer answer = {
		.kind = VV_ERASE_UNSEEN,
		.place = dir,
		.what = "files",
		.why = "of a vault that .varveconfig does not name here: switch to a branch that names it"};

	if (!dir) return vv_fail_nomem(err);
	return vv_exists(dir) ? vv_erase_answers_add(out, &answer, err) : VV_OK;
}

vv_status vv_erase_vault_free(vv_erase_answers *out, vv_repository *r, vv_error *err)
{
	vv_erase_answer answer = {
		.kind = VV_ERASE_UNSEEN, .remote = VV_ERASE_VAULT, .what = "blocks and objects"};
	vv_auto(vv_vault_erased) v = {.items = 0};
	vv_auto(vv_buf) why = VV_BUF_INIT;
	vv_error reason;
	vv_cid id;
	vv_status rc;

	if ((rc = vv_vault_id_read(&id, r, err)) < 0) return rc;
	if (vv_cid_is_null(&id)) return look_at_folder(out, r, err);
	rc = vv_vault_erased_prune(&v, r, &reason);
	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	if (rc == VV_OK) {
		judge_vault(&answer, &why, &v);
	} else {
		vv_buf_printf(&why,
			      "sealed copies stay at the holders, and could not be looked at: %s",
			      reason.message);
	}
	if ((rc = vv_buf_ok(&why, err)) < 0) return rc;
	answer.place = vv_cid_shows(&id);
	answer.why = why.len > 0 ? vv_buf_cstr(&why) : NULL;
	return vv_erase_answers_add(out, &answer, err);
}

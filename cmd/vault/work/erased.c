/*
 * erased: a shard that no run needs is sealed, so that its content is not compared.
 */
#include "cmd/vault/work/erased.h"

#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/vault/work/contents.h"
#include "cmd/vault/work/prune.h"
#include "cmd/vault/work/waiting_run.h"

typedef struct finding_old {
	const vv_vault_session *session;
	vv_vault_erased *out;
} finding_old;

/* A vv_cid_listed_fn. */
static vv_status on_listed(void *payload, const vv_cid *cid, uint64_t size VV_UNUSED,
			   vv_error *err VV_UNUSED)
{
	const finding_old *f = payload;
	const vv_kept *k = vv_vault_shard_of(f->session->state, cid);

	f->out->old += !k || k->retired;
	return VV_OK;
}

/* A holder that fails while it lists is away. */
static vv_status look_at_holders(vv_vault_erased *out, vv_vault_session *s, vv_buf *names,
				 vv_error *err)
{
	finding_old f = {.session = s, .out = out};

	vv_array_each(s->places, s->place_count, p) {
		vv_error why;
		const vv_status rc = p->holder ? vv_holder_list_shards(p->holder,
								       vv_ledger_vault(s->ledger),
								       on_listed, &f, &why)
					       : VV_EMISSING;

		if (rc == VV_ENOMEM) return vv_fail_nomem(err);
		if (rc < 0) {
			out->away++;
			vv_buf_printf(names, "%s%s", names->len > 0 ? ", " : "",
				      vv_text_shows(p->config->name));
		}
	}
	return vv_buf_ok(names, err);
}

static vv_status count_items(vv_vault_erased *out, vv_vault_session *s, vv_error *err)
{
	vv_auto(vv_contents) c = {0};
	vv_auto(vv_erased) *e = NULL;
	vv_auto(vv_cid_set) *found = vv_cid_set_new();
	vv_status rc = found ? vv_erased_open(&e, s->repo, err) : vv_fail_nomem(err);

	if (rc < 0 || !e) return rc;
	if ((rc = vv_contents_open(&c, s, NULL, err)) < 0 ||
	    (rc = vv_contents_sweep(&c, err)) < 0 ||
	    (rc = vv_contents_erased(&c, e, found, err)) < 0) {
		return rc;
	}
	out->items = vv_cid_set_count(found);
	vv_array_each(c.runs, c.count, run) {
		out->unread += run->lost;
	}
	return VV_OK;
}

static vv_status find_erased(vv_vault_erased *out, vv_vault_session *s, vv_error *err)
{
	vv_auto(vv_buf) names = VV_BUF_INIT;
	vv_status rc;

	*out = (vv_vault_erased){.items = 0};
	if ((rc = count_items(out, s, err)) < 0 ||
	    (rc = look_at_holders(out, s, &names, err)) < 0) {
		return rc;
	}
	out->unread += vv_waiting_run_there(s); /* sealed and not sent yet */
	out->away_names = vv_buf_detach(&names);
	return vv_alloc_ok(out->away_names, err);
}

/* --- removing ----------------------------------------------------------------------------------- */

static void put_reason(vv_buf *out, uint64_t count, const char *one, const char *many,
		       const char *why)
{
	if (count > 0) {
		vv_buf_printf(out, "%s%s%s", out->len > 0 ? "; " : "",
			      vv_text_counted(count, one, many), why);
	}
}

/* The reasons why a prune that ended left something. */
static void put_reasons(vv_buf *out, const vv_prune *x)
{
	const vv_surplus *left = &x->surplus;

	put_reason(out, x->unread, "run", NULL, " could not be read");
	put_reason(out, x->unready, "run stays", "runs stay",
		   " until the rewritten data has its copies");
	put_reason(out, left->shared, "copy was", "copies were", " also sent by another writer");
	put_reason(out, left->held, "copy cannot", "copies cannot", " be deleted yet: ");
	if (left->held > 0) {
		vv_buf_puts(out, left->holding);
	}
	if (left->blocked) {
		vv_buf_printf(out, "%sthe writer %s must replicate first", out->len > 0 ? "; " : "",
			      vv_did_shows(left->blocker));
	}
}

static vv_status prune_vault(vv_buf *waits, uint64_t *deleted, vv_vault_session *s, vv_error *err)
{
	vv_prune x = {.grace_sec = 0};
	vv_error why;
	vv_status rc;

	if ((rc = vv_vault_session_need_writer(s, &why)) == VV_OK &&
	    (rc = vv_vault_session_check_key(s, &why)) == VV_OK) {
		rc = vv_prune_run(&x, s, &why);
	}
	*deleted = x.surplus.deleted;
	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	if (rc < 0) {
		vv_buf_puts(waits, why.message);
	} else {
		put_reasons(waits, &x);
	}
	return vv_buf_ok(waits, err);
}

vv_status vv_vault_erased_remove(vv_vault_erased *out, vv_vault_session *s, vv_error *err)
{
	vv_auto(vv_buf) waits = VV_BUF_INIT;
	uint64_t deleted = 0;
	vv_status rc = find_erased(out, s, err);

	if (rc < 0) return rc;
	if (out->items + out->old > 0) {
		if ((rc = prune_vault(&waits, &deleted, s, err)) < 0) return rc;
		vv_vault_erased_clear(out);
		if ((rc = find_erased(out, s, err)) < 0) return rc;
	}
	out->deleted = deleted;
	out->waits = vv_buf_detach(&waits);
	return vv_alloc_ok(out->waits, err);
}

/*
 * erased: a shard that no run needs is sealed, so that its content is not compared.
 */
#include "cmd/vault/work/erased.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/show.h"
#include "cmd/vault/work/contents.h"
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

vv_status vv_vault_erased_find(vv_vault_erased *out, vv_vault_session *s, vv_error *err)
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

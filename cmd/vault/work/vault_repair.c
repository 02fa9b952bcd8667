/*
 * vault_repair: the order: records, copies, then what has none.
 */
#include "cmd/vault/work/vault_repair.h"

#include "cmd/vault/work/replicate.h"

/* Every record at every holder is read; the damaged ones are written again from here. */
static vv_status mend_records(vv_vault_repair *x, vv_vault_session *s, vv_error *err)
{
	vv_error why;
	vv_status rc;

	for (size_t i = 0; i < s->place_count; i++) {
		vv_vault_place *p = &s->places[i];
		if (p->holder && vv_vault_session_look(s, p, &why) == VV_ENOMEM) {
			*err = why;
			return VV_ENOMEM;
		}
	}
	if ((rc = vv_vault_session_sync(s, err)) < 0) return rc;
	for (size_t i = 0; i < s->place_count; i++) {
		x->mended += s->places[i].meeting.mended;
		x->damaged += vv_meeting_damaged(&s->places[i].meeting);
	}
	return VV_OK;
}

/* Who got copies is named in the vault, so that a machine that recovers finds them there. That it cannot be now is
 * no reason to fail: the next replicate does it. */
static vv_status name_holders(const vv_vault_repair *x, vv_vault_session *s, vv_error *err)
{
	vv_replicate places = {.only_places = true, .rate = x->owed.rate};
	vv_error why;

	if (x->owed.shards > 0 && vv_replicate_run(&places, s, &why) == VV_ENOMEM) {
		*err = why;
		return VV_ENOMEM;
	}
	return VV_OK;
}

vv_status vv_vault_repair_run(vv_vault_repair *x, vv_vault_session *s, vv_error *err)
{
	vv_status rc;

	s->mend = true;
	if ((rc = vv_vault_session_connect(s, err)) < 0 ||
	    (rc = vv_vault_session_need_writer(s, err)) < 0 ||
	    (rc = vv_vault_session_check_key(s, err)) < 0 || (rc = mend_records(x, s, err)) < 0) {
		return rc;
	}
	if ((rc = vv_owed_run(&x->owed, s, err)) < 0 || (rc = name_holders(x, s, err)) < 0 ||
	    x->owed.owed == 0) {
		return rc;
	}
	x->reseal.away_sec = x->owed.away_sec;
	x->reseal.rate = x->owed.rate;
	rc = vv_reseal_run(&x->reseal, s, err);
	return rc < 0 || x->reseal.lost == 0 ? rc : vv_owed_run(&x->owed, s, err);
}

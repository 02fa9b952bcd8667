/*
 * stand_in: the heads of each copy are fetched and judged before one is chosen.
 */
#include "lib/sync/stand_in.h"

#include <string.h>

#include "lib/heads/seen.h"

/* Of a copy's newest head that counts, time and number. */
static vv_status judge(vv_head_record *out, vv_transfer *t, vv_repository *r, const vv_supplier *s,
		       vv_error *err)
{
	vv_auto(vv_heads_seen) seen = {.any = false};
	vv_auto(vv_remote) remote = {0};
	vv_auto(vv_reached) host = {0};
	vv_reached from = {.peer = s->peer};
	vv_status rc;

	if (s->peer) {
		rc = vv_peer_hello(s->peer, &from.hello, err);
	} else if ((rc = vv_remote_find(&remote, r, s->name, err)) == VV_OK) {
		vv_free(remote.kind);
		remote.kind = vv_strdup(vv_git_host_kind(vv_git_host_of(s)));
		rc = remote.kind ? vv_reach(&host, t, &remote, false, err) : vv_fail_nomem(err);
		from = host;
	}
	if (rc < 0 || (rc = vv_heads_see(&seen, r, &from, s->name, VV_HEADS_COPY, NULL, err)) < 0) {
		return rc;
	}
	*out = (vv_head_record){.time = INT64_MIN};
	if (seen.judged.has_newest) {
		out->time = seen.judged.newest.record.time;
		out->number = seen.judged.newest.record.number;
	}
	return VV_OK;
}

vv_status vv_stand_in_choose(size_t *best, vv_transfer *t, vv_repository *r, vv_supplier *suppliers,
			     const size_t *places, size_t count, vv_error *err)
{
	vv_head_record newest = {.time = INT64_MIN}, now;
	bool found = false;
	vv_trust trust;
	vv_status rc = vv_trust_read(&trust, r, err);

	*best = places[0];
	if (rc < 0 || count == 1 || !trust.known) return rc;
	for (size_t i = 0; i < count; i++) {
		vv_supplier *s = &suppliers[places[i]];

		if (judge(&now, t, r, s, &s->why) < 0) {
			s->dropped = s->left_out = s->noted = true;
		} else if (!found || vv_head_record_is_newer(&now, &newest)) {
			found = true;
			*best = places[i];
			newest = now;
		}
	}
	if (found) return VV_OK;
	suppliers[places[0]].left_out = false; /* the error says it */
	*err = suppliers[places[0]].why;
	return err->code;
}

/*
 * other_remotes: tracking refs may be old, so each remote is contacted.
 */
#include "lib/space/other_remotes.h"

#include <string.h>

#include "base/array.h"
#include "base/show.h"
#include "base/text.h"
#include "lib/remotes/reach.h"

/* Is it a known one, perhaps by another name? Its local state is locked (vv_host_open). */
static bool is_known(const vv_remote *m, const vv_remote *const *known, size_t count)
{
	return vv_array_find(known, count, it, vv_host_key((*it)->url) == vv_host_key(m->url)) !=
	       NULL;
}

static vv_status ask_remote(vv_oids *tips, vv_repository *r, const vv_remote *m,
			    const vv_notes *notes, vv_error *err)
{
	vv_auto(vv_transfer) t = {0};
	vv_auto(vv_reached) there = {0};
	vv_status rc;

	if ((rc = vv_transfer_open(&t, r, notes, true, 0, err)) < 0) return rc;
	if ((rc = vv_reach(&there, &t, m, false, err)) < 0 || !there.host ||
	    strcmp(vv_git_host_kind(there.host), "folder") == 0) { /* which is only read */
		return rc;
	}
	return vv_git_host_fetch_all(there.host, tips, err);
}

static vv_status ask_name(vv_oids *tips, vv_repository *r, const char *name,
			  const vv_remote *const *known, size_t count, const vv_notes *notes,
			  vv_error *err)
{
	vv_auto(vv_remote) m = {0};
	vv_auto(vv_string_list) urls = {0};
	vv_status rc;

	if ((rc = vv_remote_find(&m, r, name, err)) < 0 ||
	    (rc = vv_remote_push_urls(&urls, r, &m, err)) < 0 ||
	    (urls.count > 0 && (rc = vv_remote_push_at(&m, r, urls.items[0], err)) < 0)) {
		return rc;
	}
	if ((m.kind && strcmp(m.kind, "peer") == 0) || is_known(&m, known, count)) return VV_OK;
	if ((rc = ask_remote(tips, r, &m, notes, err)) == VV_OK || rc == VV_ENOMEM) return rc;
	vv_prefix(err, "the remote '%s' may write to the same store, and could not be asked",
		  vv_text_shows(name));
	return vv_hint(
		err,
		"try again when it answers; if it is gone, 'git remote remove %s' forgets it "
		"and its branches",
		vv_text_shows(name));
}

vv_status vv_other_remotes_ask(vv_oids *tips, vv_repository *r, const vv_remote *const *known,
			       size_t count, const vv_notes *notes, vv_error *err)
{
	vv_auto(vv_string_list) names = {0};
	vv_status rc = vv_remote_names(&names, r, err);

	for (size_t i = 0; rc == VV_OK && i < names.count; i++) {
		rc = ask_name(tips, r, names.items[i], known, count, notes, err);
	}
	return rc;
}

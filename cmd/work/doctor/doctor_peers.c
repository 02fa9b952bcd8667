/*
 * doctor_peers: asking the remotes, one after the other, whether they are there.
 */
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "cmd/work/doctor/doctor.h"
#include "cmd/work/peers/reach.h"
#include "cmd/work/peers/remote.h"
#include "cmd/work/peers/transfer.h"

/* Seconds until silence counts as no answer. */
enum { PATIENCE = 10 };

static vv_status ask(vv_doctor *d, vv_repository *r, const char *name, vv_error *err)
{
	vv_transfer t;
	vv_remote m = {0};
	vv_reached reached = {0};
	vv_error why = {0};
	vv_status rc;

	if ((rc = vv_transfer_open(&t, r, NULL, true, PATIENCE, err)) < 0) {
		return rc;
	}
	if ((rc = vv_remote_find(&m, r, name, &why)) == VV_OK) {
		rc = vv_reach(&reached, &t, &m, false, &why);
	}
	vv_reached_close(&reached);
	vv_transfer_close(&t);
	if (rc == VV_ENOMEM) {
		rc = vv_fail_nomem(err);
	} else if (rc < 0) {
		vv_buf message = VV_BUF_INIT, mend = VV_BUF_INIT;

		vv_buf_printf(&message, "the remote %s does not answer", vv_text_shows(name));
		vv_buf_printf(&message, " (%s): %s", vv_text_shows(m.url ? m.url : ""),
			      why.message);
		if (why.hint[0]) {
			vv_buf_puts(&mend, why.hint);
		} else {
			vv_buf_printf(&mend, "varve remote set-url %s URL", vv_text_shows(name));
		}
		rc = vv_doctor_add(d, "peer", true, &message, &mend, err);
	}
	vv_remote_clear(&m);
	return rc;
}

vv_status vv_doctor_peers(vv_doctor *d, vv_repository *r, vv_error *err)
{
	char **names = NULL;
	size_t count = 0;
	vv_status rc = vv_remote_names(&names, &count, r, err);

	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		rc = ask(d, r, names[i], err);
	}
	vv_names_free(names, count);
	return rc;
}

/*
 * doctor_peers: asking the remotes, one after the other, whether they are there.
 */
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "cmd/work/doctor/doctor.h"
#include "cmd/work/peers/remote.h"
#include "cmd/work/peers/transfer.h"
#include "repo/git/program.h"

/* Seconds until silence counts as no answer. */
enum { PATIENCE = 10 };

/* Does git get an answer, though varve gets none? */
static bool git_is_answered(vv_repository *r, const char *name)
{
	const char *argv[] = {"git", "ls-remote", "--quiet", "--", name, "HEAD", NULL};
	static const char *const env[] = {"GIT_TERMINAL_PROMPT=0",
					  "GIT_SSH_COMMAND=ssh -oBatchMode=yes -oConnectTimeout=10",
					  NULL};
	vv_buf out = VV_BUF_INIT, errors = VV_BUF_INIT;
	const char *dir = vv_repository_workdir(r) ? vv_repository_workdir(r)
						   : vv_repository_gitdir(r);
	vv_run run = {.argv = argv, .dir = dir, .env = env, .output = &out, .errors = &errors};
	vv_error none;
	int code = 1;
	bool answered = vv_run_program(&run, &code, &none) == VV_OK && code == 0;

	vv_buf_clear(&out);
	vv_buf_clear(&errors);
	return answered;
}

static vv_status ask(vv_doctor *d, vv_repository *r, const char *name, vv_error *err)
{
	vv_transfer t;
	vv_remote m = {0};
	vv_peer *peer = NULL;
	const vv_hello *hello;
	vv_error why = {0};
	vv_status rc;

	if ((rc = vv_transfer_open(&t, r, NULL, true, PATIENCE, err)) < 0) {
		return rc;
	}
	if ((rc = vv_remote_find(&m, r, name, &why)) < 0 ||
	    (rc = vv_transfer_connect(&t, &peer, &m, false, &why)) < 0) {
		goto done;
	}
	rc = vv_peer_hello(peer, &hello, &why);
done:
	vv_peer_close(peer);
	vv_transfer_close(&t);
	if (rc == VV_ENOMEM) {
		rc = vv_fail_nomem(err);
	} else if (rc < 0 && git_is_answered(r, name)) {
		rc = vv_doctor_say(d, "peer", false, NULL, err,
				   "%s answers git and does not speak varve: a plain Git host",
				   vv_text_shows(name));
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

/*
 * reflog: which refs have a log, and the lines in it.
 *
 * The logs are not synced: after a crash they may lack their last lines, which costs
 * nothing but the way back to a state that was left.
 */
#include <fcntl.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "repo/git/history/identity.h"
#include "repo/git/history/refs_internal.h"
#include "repo/git/share.h"

bool vv_ref_is_own(const char *name)
{
	return strncmp(name, "refs/", 5) != 0 || strncmp(name, "refs/bisect/", 12) == 0 ||
	       strncmp(name, "refs/worktree/", 14) == 0 ||
	       strncmp(name, "refs/rewritten/", 15) == 0;
}

static vv_status is_logged(vv_repository *r, const char *name, const char *log, bool *out,
			   vv_error *err)
{
	char *setting = NULL;
	bool on = !r->bare, usual;
	int value = 0;
	vv_status rc;

	usual = strcmp(name, "HEAD") == 0 || strncmp(name, "refs/heads/", 11) == 0 ||
		strncmp(name, "refs/remotes/", 13) == 0 || strncmp(name, "refs/notes/", 11) == 0;
	rc = vv_config_string(r, "core.logallrefupdates", &setting, err);
	if (rc < 0 && rc != VV_ENOTFOUND) {
		return rc;
	}
	if (rc == VV_OK && strcmp(setting, "always") == 0) {
		on = usual = true;
	} else if (rc == VV_OK && git_config_parse_bool(&value, setting) == 0) {
		on = value != 0;
	}
	git_error_clear();
	vv_error_clear(err);
	vv_free(setting);
	*out = (on && usual) || vv_exists(log);
	return VV_OK;
}

void vv_reflog_put(vv_buf *b, vv_repository *r, const vv_oid *from, const vv_oid *to,
		   const char *message)
{
	char hex[VV_OID_TEXT + 1];
	vv_person who;
	const char *p;

	vv_oid_text(hex, from);
	vv_buf_puts(b, hex);
	vv_oid_text(hex, to);
	vv_buf_printf(b, " %s ", hex);
	if (vv_identity(r, VV_COMMITTER, &who, NULL) < 0) {
		uint32_t nsec;

		vv_now(&who.time, &nsec);
		vv_buf_printf(b, "unknown <unknown> %lld +0000", (long long)who.time);
	} else {
		vv_person_put(b, &who);
		vv_person_clear(&who);
	}
	if (message && *message) {
		vv_buf_putc(b, '\t');
	}
	for (p = message ? message : ""; *p; p++) {
		vv_buf_putc(b, *p == '\n' || *p == '\r' ? ' ' : *p);
	}
	vv_buf_putc(b, '\n');
}

vv_status vv_reflog_add(vv_repository *r, const char *name, const vv_oid *from, const vv_oid *to,
			const char *message, vv_error *err)
{
	char *log = vv_path_join(vv_ref_is_own(name) ? r->gitdir : r->commondir, "logs", name,
				 NULL);
	vv_buf line = VV_BUF_INIT;
	bool on = false;
	vv_status rc, closed;
	int fd;

	if (!log) {
		return vv_fail_nomem(err);
	}
	if ((rc = is_logged(r, name, log, &on, err)) < 0 || !on) {
		goto done;
	}
	vv_reflog_put(&line, r, from, to, message);
	if ((rc = vv_buf_ok(&line, err)) < 0 || (rc = vv_mkdirs_above(log, err)) < 0 ||
	    (rc = vv_share_above(r, r->commondir, log, err)) < 0) {
		goto done;
	}
	if ((fd = vv_open(log, O_WRONLY | O_APPEND | O_CREAT, 0666, err)) < 0) {
		rc = (vv_status)fd;
		goto done;
	}
	rc = vv_share_fd(r, fd, log, err);
	if (rc == VV_OK) {
		rc = vv_write_full(fd, line.data, line.len, log, err);
	}
	closed = vv_close(fd, log, rc == VV_OK ? err : NULL);
	rc = rc < 0 ? rc : closed;
done:
	vv_buf_clear(&line);
	vv_free(log);
	return rc;
}

vv_status vv_reflog_add_both(vv_repository *r, const char *name, const vv_oid *from,
			     const vv_oid *to, const char *message, vv_error *err)
{
	vv_head head = {0};
	vv_status rc = vv_reflog_add(r, name, from, to, message, err);

	if (rc == VV_OK && strncmp(name, "refs/heads/", 11) == 0 &&
	    vv_head_read(r, &head, NULL) == VV_OK && head.branch &&
	    strcmp(head.branch, name) == 0) {
		rc = vv_reflog_add(r, "HEAD", from, to, message, err);
	}
	vv_head_clear(&head);
	return rc;
}

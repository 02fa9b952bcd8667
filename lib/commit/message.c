/*
 * message: from a text, a merge or an earlier commit, through hooks.
 */
#include "lib/commit/message.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/history.h"
#include "repo/git/verb/hook.h"

enum { MESSAGE_MAX = 16 << 20 };

typedef struct maker {
	vv_repository *r;
	const vv_message_options *o;
	const char *source; /* prepare-commit-msg's second argument, or NULL */
	char *comment_char;
	char *file; /* COMMIT_EDITMSG */
} maker;

static void maker_clear(maker *m)
{
	vv_free_all(m->file, m->comment_char);
}
VV_AUTO_CLEAR(maker, maker_clear)

void vv_message_clean(vv_buf *message, const char *comment_char)
{
	const char *p = vv_buf_cstr(message), *end = p + message->len;
	size_t comment = comment_char ? strlen(comment_char) : 0, to = 0;
	bool blank = false;

	while (p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((eol ? eol : end) - p), step = len + (eol != NULL);
		if (comment && len >= comment && memcmp(p, comment_char, comment) == 0) {
			if (strncmp(p + comment, " ------------------------ >8", 28) == 0) {
				break;
			}
			p += step;
			continue;
		}
		while (len > 0 && strchr(" \t\r\f\v", p[len - 1])) {
			len--;
		}
		if (len == 0) {
			blank = to > 0;
		} else {
			if (blank) {
				message->data[to++] = '\n';
			}
			blank = false;
			memmove(message->data + to, p, len);
			to += len;
			message->data[to++] = '\n';
		}
		p += step;
	}
	if (message->data) {
		message->len = to;
		message->data[to] = '\0';
	}
}

static vv_status read_source(maker *m, vv_buf *out, vv_error *err)
{
	const vv_message_options *o = m->o;
	vv_status rc;

	if (o->texts.count > 0) {
		for (size_t i = 0; i < o->texts.count; i++) {
			vv_buf_printf(out, "%s%s\n", i > 0 ? "\n" : "", o->texts.items[i]);
		}
		m->source = "message";
		return vv_buf_ok(out, err);
	}
	if ((rc = vv_state_message(m->r, out, err)) < 0) return rc;
	if (out->len > 0) {
		m->source = "merge";
	}
	return VV_OK;
}

static vv_status run_hook(const maker *m, const char *name, const char *source, vv_error *err)
{
	const char *args[] = {m->file, source, NULL};
	bool ran;

	return m->o->no_hooks ? VV_OK : vv_hook_run(m->r, name, args, &ran, err);
}

static vv_status make_message(maker *m, vv_buf *out, vv_error *err)
{
	vv_status rc = read_source(m, out, err);

	if (rc < 0) return rc;
	/* A merge's draft names the conflicts in comments. */
	const bool strip = m->source && strcmp(m->source, "merge") == 0;
	vv_message_clean(out, strip ? m->comment_char : NULL);
	if ((rc = vv_write_file(m->file, vv_buf_cstr(out), out->len, false, err)) < 0 ||
	    (rc = run_hook(m, "prepare-commit-msg", m->source, err)) < 0) {
		return rc;
	}
	vv_buf_reset(out);
	if ((rc = run_hook(m, "commit-msg", NULL, err)) < 0 ||
	    (rc = vv_read_file(out, m->file, MESSAGE_MAX, err)) < 0) {
		return rc;
	}
	vv_message_clean(out, strip ? m->comment_char : NULL);
	if (out->len == 0) {
		return vv_fail(err, VV_ECONFLICT,
			       "the commit message is empty; nothing was committed");
	}
	return VV_OK;
}

vv_status vv_message_make(vv_buf *out, vv_repository *r, const vv_message_options *o, vv_error *err)
{
	vv_auto(maker) m = {.r = r, .o = o};
	vv_status rc = vv_config_string(r, "core.commentChar", &m.comment_char, err);

	if (rc == VV_ENOTFOUND || (rc == VV_OK && strlen(m.comment_char) != 1)) {
		rc = vv_text_set(&m.comment_char, "#", err);
	}
	if (rc == VV_OK &&
	    !(m.file = vv_path_join(vv_repository_gitdir(r), "COMMIT_EDITMSG", (char *)NULL))) {
		rc = vv_fail_nomem(err);
	}
	return rc < 0 ? rc : make_message(&m, out, err);
}

/*
 * log_hints: the line of log that is meant.
 */
#include "cmd/varve/log_hints.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/frame/typed_file.h"
#include "cmd/frame/typed_line.h"
#include "repo/git/history/date.h"
#include "repo/git/history/revision.h"

/* The value of --since or --until, if it is a version and no date; else NULL. */
static const char *version_for_date(vv_repository *r, const char *value)
{
	vv_date date;
	vv_oid id;

	return value && vv_date_span(&date, value, VV_IGNORED) < 0 &&
			       vv_rev_commit(r, value, &id, VV_IGNORED) == VV_OK
		       ? value
		       : NULL;
}

/* Is this the option, or its value? */
static bool is_of_value(const char *word, const char *next, const char *value)
{
	return value && (next == value || (value >= word && value <= word + strlen(word)));
}

void vv_log_hint_range(const vv_context *c, const char *after, const char *before, vv_error *err)
{
	const char *since = version_for_date(c->repo, after),
		   *until = version_for_date(c->repo, before);
	vv_auto(vv_buf) line = VV_BUF_INIT, range = VV_BUF_INIT;

	if (!since && !until) return;
	if (since) {
		vv_buf_printf(&range, "%s..", since);
	}
	vv_buf_puts(&range, until ? until : "HEAD");
	vv_buf_puts(&line, "--since and --until take dates; 'varve log ");
	vv_text_put_word(&line, vv_buf_cstr(&range));
	for (int i = 0; i < c->typed_count; i++) {
		const char *next = i + 1 < c->typed_count ? c->typed[i + 1] : NULL;

		if (!is_of_value(c->typed[i], next, since) &&
		    !is_of_value(c->typed[i], next, until)) {
			vv_buf_putc(&line, ' ');
			vv_text_put_word(&line, c->typed[i]);
		}
	}
	vv_buf_puts(&line, "' does it");
	if (line.failed || line.len >= VV_HINT_MAX) return;
	vv_hint_clear(err);
	vv_hint(err, "%s", vv_buf_cstr(&line));
}

int vv_log_refuse_where(const vv_context *c)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;

	vv_text_put_argv(&line, c->typed_count, c->typed);
	return vv_usage_error(
		"--where requires --figure: 'varve log --figure 'count(*)'%s' counts these rows in each version",
		vv_buf_cstr(&line));
}

vv_status vv_log_fail_path(const vv_context *c, const char *option, vv_error *err)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_typed t;

	vv_fail(err, VV_EUSAGE, "%s requires the path of one table", option);
	vv_typed_read(&t, c->typed_count, c->typed);
	vv_typed_find_file(&t);
	vv_text_put_argv(&line, c->typed_count, c->typed);
	if (!t.file || t.file_word || line.len + strlen(t.file) + 32 >= VV_HINT_MAX) {
		return err->code;
	}
	return vv_hint(err, "'varve log%s %s' does it", vv_buf_cstr(&line), vv_text_word(t.file));
}

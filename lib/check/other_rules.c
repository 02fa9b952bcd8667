/*
 * other_rules: runs the child that reads them, and selects the lines that this language has.
 */
#include "lib/check/other_rules.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "check/rules/checks.h"
#include "lib/documents/helper.h"

#define TEXT_MAX ((size_t)16 << 20)
#define LEFT "-- not taken over: "
#define NO_LIBRARY 3

/* One line of the child's, without its end. */
static void put_line(vv_buf *out, size_t *left, const char *line, size_t len)
{
	vv_auto(vv_buf) text = VV_BUF_FOR(out);
	vv_auto(vv_checks) *checks = NULL;
	vv_error why;

	vv_buf_puts(&text, *line == '[' ? "" : "[t]\n");
	vv_buf_put(&text, line, len);
	vv_buf_putc(&text, '\n');
	if (!text.failed &&
	    vv_checks_read(&checks, text.data, text.len, "rule", &why) == VV_EINPUT) {
		const char *reason = strstr(why.message, ": "); /* behind the place in this text */

		vv_buf_puts(out, LEFT);
		vv_buf_put(out, line, len);
		vv_buf_printf(out, " (%s)", reason ? reason + 2 : why.message);
		++*left;
	} else {
		*left += len > strlen(LEFT) && strncmp(line, LEFT, strlen(LEFT)) == 0;
		vv_buf_put(out, line, len);
	}
	vv_buf_putc(out, '\n');
}

static vv_status read_all(vv_buf *out, vv_helper *h, vv_error *err)
{
	char bytes[4096];
	ssize_t n;

	while ((n = vv_helper_read(h, bytes, sizeof(bytes), err)) > 0) {
		vv_buf_put(out, bytes, (size_t)n);
		if (out->len > TEXT_MAX) return vv_fail(err, VV_EREFUSED, "too many rules");
	}
	return n < 0 ? (vv_status)n : vv_buf_ok(out, err);
}

vv_status vv_other_rules_read(vv_buf *out, size_t *left, const vv_env *env, const char *file,
			      vv_error *err)
{
	const char *const argv[] = {vv_helper_python(env), "-m", "varve_data.rules", file, NULL};
	const vv_helper_limits limits = {.memory = (uint64_t)2 << 30, .seconds = 60};
	vv_auto(vv_helper) *h = NULL;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	int code = 0;
	vv_status rc;

	if ((rc = vv_helper_start(&h, env, argv, &limits, err)) < 0 ||
	    (rc = read_all(&text, h, err)) < 0 || (rc = vv_helper_end(h, &code, err)) < 0) {
		return rc;
	}
	if (code != 0) {
		const char *said = vv_helper_said(h);
		bool none = code == NO_LIBRARY || strstr(said, "No module named");

		vv_fail(err, none ? VV_ENOSUPPORT : VV_EINPUT, "%s",
			code == NO_LIBRARY || !none ? vv_text_shows(said)
						    : "the Python package varve-data is missing");
		return none ? vv_hint(err,
				      "pip install varve-data pyyaml; in a clone of varve: pip install ./python pyyaml")
			    : err->code;
	}
	for (vv_line l = {.rest = vv_buf_cstr(&text)}; vv_line_next(&l);) {
		put_line(out, left, l.text, l.len);
	}
	return vv_buf_ok(out, err);
}

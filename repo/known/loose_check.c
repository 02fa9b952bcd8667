/*
 * loose_check: selects the lines of git fsck that are about damage.
 */
#include "repo/known/loose_check.h"

#include <string.h>

#include "base/codec.h"
#include "base/file.h"
#include "base/text.h"
#include "repo/git/program.h"
#include "repo/git/repository_internal.h"

/* "missing blob ID", "error: ID: object corrupt or missing: PATH". Other lines are about style: "error in commit ID: badDate". */
static const char *id_of(const char *line)
{
	const char *id = strncmp(line, "error: ", 7) == 0 ? line + 7 : NULL;

	if (strncmp(line, "missing ", 8) == 0 && (id = strchr(line + 8, ' '))) {
		id++;
	}
	return id && strnlen(id, VV_OID_TEXT) == VV_OID_TEXT && vv_hex_is_lower(id, VV_OID_TEXT)
		       ? id
		       : NULL;
}

static vv_status take_lines(vv_buf *said, vv_loose_fn fn, void *payload, vv_error *err)
{
	char hex[VV_OID_TEXT + 1];
	vv_status rc = vv_buf_ok(said, err);

	for (char *p = said->len ? said->data : NULL, *end; rc == VV_OK && p && *p; p = end) {
		size_t len = strcspn(p, "\n");
		const char *id;

		end = p + len + (p[len] == '\n');
		p[len] = '\0';
		if ((id = id_of(p))) {
			memcpy(hex, id, VV_OID_TEXT);
			hex[VV_OID_TEXT] = '\0';
			rc = fn(payload, hex, strncmp(p, "error: ", 7) == 0 ? p + 7 : p, err);
		}
	}
	return rc;
}

vv_status vv_git_loose_check(vv_repository *r, vv_loose_fn fn, void *payload, vv_error *err)
{
	/* Derived files, each of which it would start a git of its own for; their findings name no object. */
	const char *argv[] = {"git",
			      "--git-dir",
			      r->gitdir,
			      "-c",
			      "core.commitGraph=false",
			      "-c",
			      "core.multiPackIndex=false",
			      "fsck",
			      "--no-full",
			      "--no-dangling",
			      "--no-progress",
			      NULL};
	static const char *const more[] = {"LC_ALL=C", NULL};
	vv_auto(vv_buf) said = VV_BUF_INIT, errors = VV_BUF_INIT;
	const vv_run run = {
		.argv = argv, .env = r->env, .more = more, .output = &said, .errors = &errors};
	int code = 0;
	vv_status rc = vv_run_program(&run, &code, err);

	if (rc < 0 || code == 0 || (rc = take_lines(&errors, fn, payload, err)) < 0) return rc;
	return take_lines(&said, fn, payload, err);
}

void vv_git_loose_help(const vv_repository *r, const char *id, vv_buf *out)
{
	vv_auto(vv_buf) file = VV_BUF_INIT;

	vv_buf_printf(&file, "%s/%.2s/%s", vv_repository_objects(r), id, id + 2);
	if (vv_exists(vv_buf_cstr(&file))) {
		vv_buf_puts(out, "remove ");
		vv_text_put_word(out, file.data);
		vv_buf_puts(out, "; then ");
	}
	vv_buf_puts(out, "'git fetch --refetch' gets the object from a remote that has it");
}

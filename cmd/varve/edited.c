/*
 * edited: asks git; ignores failures.
 */
#include "cmd/varve/edited.h"

#include <string.h>

#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "repo/git/run_git.h"

/* Appends what git prints. Returns true if git succeeded. */
static bool git_answer(vv_buf *out, const char *const *args)
{
	vv_auto(vv_buf) said = VV_BUF_INIT;
	const vv_git_call call = {.args = args, .env = vv_environ(), .output = out};
	int code;

	return vv_git_run(&call, &said, &code, VV_IGNORED) == VV_OK && code == 0;
}

/* Appends the names that git prints, each with a NUL after it. */
static void read_names(vv_string_list *out, const char *const *args)
{
	vv_auto(vv_buf) names = VV_BUF_INIT;

	if (!git_answer(&names, args)) return;
	for (size_t at = 0; at < names.len; at += strlen(names.data + at) + 1) {
		(void)vv_string_list_add(out, vv_strdup(names.data + at), VV_IGNORED);
	}
}

void vv_edited_read(vv_string_list *out, const char *staged)
{
	const char *const args[] = {"diff", "--name-only", "-z", "--relative", staged, NULL};

	read_names(out, args);
}

void vv_edited_warn(const char *line, const char *file, const vv_string_list *changed)
{
	vv_auto(vv_buf) names = VV_BUF_INIT;
	static const char restore[] = "varve restore ";

	if (strncmp(line, restore, strlen(restore)) != 0 || strstr(line, "--staged")) return;
	for (size_t i = 0; i < changed->count; i++) {
		if (!file || strcmp(file, changed->items[i]) == 0) {
			vv_buf_printf(&names, "%s%s", names.len > 0 ? ", " : "",
				      vv_text_shows(changed->items[i]));
		}
	}
	if (names.len > 0) {
		vv_note("hint: that discards the edits of %s that are not committed; 'varve diff' "
			"shows them",
			vv_buf_cstr(&names));
	}
}

void vv_edited_previous(vv_buf *out, const char *file)
{
	const char *const args[] = {"rev-list", "-n1", "--skip=1", "--abbrev-commit",
				    "HEAD",     "--",  file,       NULL};

	if (!git_answer(out, args)) {
		vv_buf_clear(out);
	}
	if (out->len > 0) {
		out->data[--out->len] = '\0'; /* the end of the line */
	}
}

bool vv_edited_merging(void)
{
	const char *const args[] = {"rev-parse", "-q", "--verify", "MERGE_HEAD", NULL};
	vv_auto(vv_buf) id = VV_BUF_INIT;

	return git_answer(&id, args);
}

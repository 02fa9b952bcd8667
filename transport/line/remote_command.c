/*
 * remote_command: the command line for the far shell, and its exit codes.
 */
#include "transport/line/remote_command.h"

#include <string.h>

#include "base/text.h"

/* "~" and "~user" stay outside of the quotes: the shell there expands them. */
void vv_ssh_remote_command(vv_buf *out, const vv_url *url, const vv_connect_options *o)
{
	const char *path = url->path;

	vv_buf_puts(out, o->remote_program ? o->remote_program : "varve");
	vv_buf_printf(out, " %s --stdio ", o->service ? o->service : "serve");
	if (path[0] == '~') {
		size_t len = strcspn(path, "/");

		vv_buf_put(out, path, len);
		path += len;
		if (*path == '/') {
			vv_buf_putc(out, *path++);
		}
		if (!*path) return;
	}
	vv_text_put_quoted(out, path, strlen(path));
}

bool vv_ssh_explain_exit(int exit_code, const char *host, const char *program, vv_error *err)
{
	if (exit_code == 127 || exit_code == 126) {
		(void)vv_fail(err, VV_ENOTFOUND,
			      "program '%s' %s on '%s'\n"
			      "install varve on that host, or set its path with 'git config "
			      "remote.<name>.varve /path/to/varve'",
			      vv_text_shows(program),
			      exit_code == 127 ? "not found" : "cannot be executed",
			      vv_text_shows(host));
		return true;
	}
	return false;
}

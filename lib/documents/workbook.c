/*
 * workbook: the file between varve and the reader.
 */
#include "lib/documents/workbook.h"

#include "base/file.h"
#include "base/sys.h"
#include "lib/documents/document.h"

#define TEMP ".varve-workbook-"

vv_status vv_workbook_open(vv_workbook *w, const char *temp_dir, vv_error *err)
{
	vv_temp_sweep(temp_dir, TEMP);
	w->fd = vv_temp_open(&w->file, temp_dir, TEMP, err);
	return w->fd < 0 ? (vv_status)w->fd : VV_OK;
}

vv_status vv_workbook_put(void *workbook, const void *bytes, size_t len, vv_error *err)
{
	vv_workbook *w = workbook;

	return vv_write_full(w->fd, bytes, len, w->file, err);
}

vv_status vv_workbook_end(vv_workbook *w, const vv_env *env, vv_bytes_fn fn, void *payload,
			  vv_error *err)
{
	/* outside of any repository: attributes apply only to its own files */
	vv_auto(vv_document) d = {.env = env,
				  .file = w->file,
				  .name = w->parquet ? "table.parquet" : "workbook.xlsx",
				  .form = w->parquet ? "parquet" : NULL,
				  .progress = w->progress};
	const int fd = w->fd;

	w->fd = -1;
	const vv_status rc = vv_close(fd, w->file, err);
	return rc < 0 ? rc : vv_document_write(&d, fn, payload, err);
}

static vv_status count_bytes(void *payload, const void *bytes VV_UNUSED, size_t len,
			     vv_error *err VV_UNUSED)
{
	*(size_t *)payload += len;
	return VV_OK;
}

bool vv_workbook_is_written(const vv_env *env, bool parquet)
{
	vv_auto(vv_workbook) w = {.fd = -1, .parquet = parquet};
	size_t written = 0;

	return vv_workbook_open(&w, vv_env_temp_dir(env), VV_IGNORED) == VV_OK &&
	       vv_workbook_end(&w, env, count_bytes, &written, VV_IGNORED) == VV_OK && written > 0;
}

void vv_workbook_clear(vv_workbook *w)
{
	if (w->fd >= 0) {
		vv_close(w->fd, NULL, NULL);
	}
	if (w->file) {
		vv_unlink(w->file, true, NULL);
	}
	vv_free(w->file);
	*w = (vv_workbook){.fd = -1};
}

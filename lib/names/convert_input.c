/*
 * convert_input: builds the stack of readers (decompress, decode, parse).
 */
#include "lib/names/convert_input.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"

static ssize_t read_plain(void *payload, void *buf, size_t len, vv_error *err)
{
	vv_convert_input *in = payload;

	const vv_source *text = vv_file_text_source(in->text);

	return text->read(text->payload, buf, len, err);
}

/* For a message: the file is read again up to there. */
static vv_status find_line(void *payload, uint64_t offset, uint64_t *out, vv_error *err)
{
	const vv_convert_input *asked = payload;
	vv_auto(vv_convert_input) again = {.fd = -1};
	vv_status rc = vv_convert_input_open(&again, asked->name, asked->encoding, err);

	*out = 1;
	return rc < 0 ? rc : vv_source_find_line(read_plain, &again, offset, out, err);
}

static ssize_t read_bytes(void *payload, void *buf, size_t len, vv_error *err)
{
	vv_convert_input *in = payload;
	const size_t left = in->head_len - in->head_pos;

	if (left == 0) return in->packed.read(in->packed.payload, buf, len, err);
	len = len < left ? len : left;
	memcpy(buf, in->head + in->head_pos, len);
	in->head_pos += len;
	return (ssize_t)len;
}

static vv_status read_again(void *payload, vv_error *err)
{
	vv_convert_input *in = payload;

	in->head_pos = in->head_len;
	return in->packed.again(in->packed.payload, err);
}

/* The first bytes are read, and come again. */
static vv_status look_at_head(vv_convert_input *in, vv_error *err)
{
	ssize_t got = 1;

	in->packed = *vv_unpacked_source(in->unpacked);
	while (in->head_len < sizeof(in->head) && got > 0) {
		got = in->packed.read(in->packed.payload, in->head + in->head_len,
				      sizeof(in->head) - in->head_len, err);
		if (got < 0) return (vv_status)got;
		in->head_len += (size_t)got;
	}
	in->is_arrow = vv_arrow_ipc_looks_like(in->head, in->head_len);
	in->bytes = in->packed;
	in->bytes.read = read_bytes;
	in->bytes.payload = in;
	in->bytes.line = NULL;
	in->bytes.again = in->is_arrow && in->fd >= 0 && in->packed.again ? read_again : NULL;
	return VV_OK;
}

/* A pipe in the work tree in place of a file; /dev/fd/N, which a shell passes for <(...), does not
 * count. */
static bool is_pipe(const char *path)
{
	struct stat st;

	return strncmp(path, "/dev/", 5) != 0 && stat(path, &st) == 0 && S_ISFIFO(st.st_mode);
}

vv_status vv_convert_input_open(vv_convert_input *in, const char *path, const char *encoding,
				vv_error *err)
{
	const vv_file_text_options how = {.declared = encoding, .clean = true};
	bool standard = strcmp(path, "-") == 0;
	int fd = STDIN_FILENO;
	vv_stat st;
	vv_status rc;

	*in = (vv_convert_input){
		.fd = -1, .name = standard ? "standard input" : path, .encoding = encoding};
	if (!standard) {
		if (is_pipe(path)) {
			return vv_fail(err, VV_EUSAGE,
				       "'%s' is a pipe, not a file\n"
				       "'-' reads standard input",
				       vv_text_shows(path));
		}
		fd = in->fd = vv_open(path, O_RDONLY, 0, err);
		if (fd < 0) {
			in->fd = -1;
			return (vv_status)fd;
		}
		if ((rc = vv_fstat(&st, fd, path, err)) < 0) return rc;
		if (S_ISDIR(st.mode)) {
			return vv_fail(err, VV_EUSAGE, "'%s' is a folder", vv_text_shows(path));
		}
	}
	vv_source_fd(&in->bytes, &in->file, fd, in->name, 0);
	if ((rc = vv_unpacked_open(&in->unpacked, &in->bytes, err)) < 0 ||
	    (rc = look_at_head(in, err)) < 0 || in->is_arrow ||
	    (rc = vv_file_text_open(&in->text, &in->bytes, &how, err)) < 0) {
		return rc;
	}
	in->source = (vv_source){.read = read_plain,
				 .line = standard ? NULL : find_line,
				 .payload = in,
				 .name = in->name};
	return VV_OK;
}

void vv_convert_input_close(vv_convert_input *in)
{
	vv_file_text_close(in->text);
	vv_unpacked_close(in->unpacked);
	if (in->fd >= 0) {
		vv_close(in->fd, in->name, NULL);
	}
	*in = (vv_convert_input){.fd = -1};
}

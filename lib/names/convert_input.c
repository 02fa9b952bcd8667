/*
 * convert_input: knows how the layers of reading are put on top of each other.
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
#include "dataset/format/row_write.h"
#include "dataset/read/lenient.h"
#include "repo/blocks/decompress.h"

#define SAMPLE (256u << 10)
#define FLUSH_AT (256u << 10)
#define NOTES_MAX 20

static char *without_packing(const char *path)
{
	size_t plain = vv_decompress_name(path);

	return vv_strndup(path, plain > 0 ? plain : strlen(path));
}

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
	vv_auto(vv_convert_input) again = {.fd = -1, .spool = -1};
	vv_auto(char) *piece = vv_malloc(FLUSH_AT);
	uint64_t at = 0;
	bool cr = false;
	ssize_t got = 0;

	*out = 1;
	vv_status rc = vv_convert_input_open(&again, asked->name, asked->encoding, err);
	if (rc == VV_OK && !piece) {
		rc = vv_fail_nomem(err);
	}
	while (rc == VV_OK && at < offset && (got = read_plain(&again, piece, FLUSH_AT, err)) > 0) {
		for (ssize_t i = 0; i < got && at < offset; i++, at++) {
			*out += piece[i] == '\n' ? !cr : piece[i] == '\r';
			cr = piece[i] == '\r';
		}
	}
	return rc < 0 ? rc : got < 0 ? (vv_status)got : VV_OK;
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

/* What stands in the work tree in place of a file; /dev/fd/N is what a shell passes for <(...). */
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

	memset(in, 0, sizeof(*in));
	in->fd = in->spool = -1;
	in->name = standard ? "standard input" : path;
	in->plain_name = without_packing(standard ? "" : path);
	in->encoding = encoding;
	if (!in->plain_name) return vv_fail_nomem(err);
	if (!standard) {
		if (is_pipe(path)) {
			(void)vv_fail(err, VV_EUSAGE, "'%s' is a pipe, not a file",
				      vv_text_shows(path));
			return vv_hint(err, "'-' reads standard input");
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
	if ((rc = vv_unpacked_open(&in->unpacked, &in->bytes, err)) < 0) return rc;
	if ((rc = look_at_head(in, err)) < 0 || in->is_arrow) return rc;
	if ((rc = vv_file_text_open(&in->text, &in->bytes, &how, err)) < 0) return rc;
	in->source.read = read_plain;
	in->source.line = standard ? NULL : find_line;
	in->source.payload = in;
	in->source.name = in->name;
	return VV_OK;
}

void vv_convert_input_close(vv_convert_input *in)
{
	vv_file_text_close(in->text);
	vv_unpacked_close(in->unpacked);
	vv_free(in->plain_name);
	if (in->fd >= 0) {
		vv_close(in->fd, in->name, NULL);
	}
	if (in->spool >= 0) {
		vv_close(in->spool, in->spool_path, NULL);
	}
	vv_free(in->spool_path);
	memset(in, 0, sizeof(*in));
	in->fd = in->spool = -1;
}

/* Lenient reading: rows go into the spool as clean CSV; the header waits until the
 * widest row is known. */
typedef struct cleaning {
	vv_convert_input *in;
	vv_buf head; /* the sample, given before the rest */
	size_t pos;
	vv_dialect dialect; /* of the clean copy */
	bool header;        /* the first row is one */
	vv_buf header_line; /* clean, without its line end */
	size_t header_cells, widest;
	uint64_t rows, notes;
	vv_buf out;
} cleaning;

static ssize_t read_on(void *payload, void *buf, size_t len, vv_error *err)
{
	cleaning *c = payload;
	size_t n = c->head.len - c->pos;

	if (n == 0) return read_plain(c->in, buf, len, err);
	n = n < len ? n : len;
	memcpy(buf, c->head.data + c->pos, n);
	c->pos += n;
	return (ssize_t)n;
}

static void put_row(cleaning *c, vv_buf *out, const vv_cell *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0) {
			vv_buf_putc(out, c->dialect.delimiter);
		}
		vv_cell_write_csv(out, &cells[i], &c->dialect, VV_QUOTE_MINIMAL,
				  vv_cell_place_of(i, count));
	}
}

static vv_status flush(cleaning *c, size_t at_least, vv_error *err)
{
	vv_status rc = vv_buf_ok(&c->out, err);

	if (rc == VV_OK && c->out.len >= at_least && c->out.len > 0) {
		rc = vv_write_full(c->in->spool, c->out.data, c->out.len, c->in->spool_path, err);
		vv_buf_reset(&c->out);
	}
	return rc;
}

static vv_status on_row(void *payload, const vv_cell *cells, size_t count, vv_error *err)
{
	cleaning *c = payload;

	if (c->widest < count) {
		c->widest = count;
	}
	if (c->rows++ == 0 && c->header) {
		put_row(c, &c->header_line, cells, count);
		c->header_cells = count;
		return vv_buf_ok(&c->header_line, err);
	}
	put_row(c, &c->out, cells, count);
	vv_buf_putc(&c->out, '\n');
	return flush(c, FLUSH_AT, err);
}

static vv_status on_note(void *payload, const vv_lenient_note *n, vv_error *err VV_UNUSED)
{
	cleaning *c = payload;
	const vv_notes *notes = c->in->notes;
	unsigned long long line = (unsigned long long)n->line,
			   column = (unsigned long long)n->column;

	c->in->guesses++;
	if (++c->notes > NOTES_MAX) return VV_OK;
	switch (n->guess) {
	case VV_GUESS_STRAY_QUOTE:
		vv_notes_put(notes, "%s:%llu:%llu: a quote where none is allowed; taken as text",
			     vv_text_shows(c->in->name), line, column);
		break;
	case VV_GUESS_OPEN_QUOTE:
		vv_notes_put(notes,
			     "%s:%llu:%llu: a quote that is never closed; the cell takes the rest "
			     "of the file",
			     vv_text_shows(c->in->name), line, column);
		break;
	case VV_GUESS_EXTRA_CELLS:
		vv_notes_put(notes,
			     "%s:%llu: %zu cells, more than the first row has; columns were added",
			     vv_text_shows(c->in->name), line, n->cells);
		break;
	}
	return VV_OK;
}

/* What delimiter the file most likely has: the user's word, else what sniffing the
 * beginning says, else what its name says. */
static uint8_t find_delimiter(cleaning *c, const vv_sniff_hints *hints)
{
	vv_sniff_hints own = *hints;
	vv_sniff_result found = {0};
	uint8_t delimiter = strcmp(vv_path_ext(c->in->plain_name), "tsv") == 0 ? '\t' : ',';

	if (hints->delimiter >= 0) return (uint8_t)hints->delimiter;
	own.has_form = true;
	own.form = VV_FORM_CSV;
	if (vv_sniff(&found, vv_buf_cstr(&c->head), c->head.len, c->head.len < SAMPLE, &own,
		     VV_IGNORED) == VV_OK) {
		delimiter = found.dialect.delimiter;
		vv_sniff_result_clear(&found);
	}
	return delimiter;
}

static vv_status read_sample(cleaning *c, vv_error *err)
{
	while (c->head.len < SAMPLE) {
		if (!vv_buf_reserve(&c->head, SAMPLE - c->head.len)) {
			return vv_buf_ok(&c->head, err);
		}
		ssize_t got = read_plain(c->in, c->head.data + c->head.len, SAMPLE - c->head.len,
					 err);
		if (got < 0) return (vv_status)got;
		if (got == 0) return VV_OK;
		c->head.len += (size_t)got;
	}
	return VV_OK;
}

static ssize_t read_spool(void *payload, void *buf, size_t len, vv_error *err)
{
	vv_convert_input *in = payload;

	return vv_read_full(in->spool, buf, len, in->spool_path, err);
}

/* The header line, with names for added columns, is known only now: it begins a second
 * spool, which the rows follow. */
static vv_status put_header_first(cleaning *c, vv_error *err)
{
	vv_convert_input *in = c->in;
	vv_auto(char) *piece = NULL;
	char *path = NULL;
	uint64_t at = 0;
	ssize_t got = 0;
	vv_status rc;

	for (size_t i = c->header_cells; i < c->widest; i++) {
		vv_buf_printf(&c->header_line, "%cextra%zu", c->dialect.delimiter,
			      i - c->header_cells + 1);
	}
	vv_buf_putc(&c->header_line, '\n');
	if ((rc = vv_buf_ok(&c->header_line, err)) < 0) return rc;
	if (!(piece = vv_malloc(FLUSH_AT))) return vv_fail_nomem(err);
	int fd = vv_temp_open_unlinked(&path, NULL, "varve-", err);
	if (fd < 0) return (vv_status)fd;
	rc = vv_write_full(fd, c->header_line.data, c->header_line.len, path, err);
	while (rc == VV_OK &&
	       (got = vv_pread_full(in->spool, piece, FLUSH_AT, at, in->spool_path, err)) > 0) {
		at += (uint64_t)got;
		rc = vv_write_full(fd, piece, (size_t)got, path, err);
	}
	vv_close(in->spool, NULL, NULL);
	vv_free(in->spool_path);
	in->spool = fd;
	in->spool_path = path;
	return rc < 0 ? rc : got < 0 ? (vv_status)got : VV_OK;
}

vv_status vv_convert_input_lenient(vv_convert_input *in, vv_sniff_hints *hints,
				   const vv_notes *notes, vv_error *err)
{
	cleaning c = {0};
	vv_lenient l = {0};
	vv_status rc;

	if (hints->comment > 0 || hints->spaces > 0 || hints->header_rows > 1) {
		return vv_fail(err, VV_EUSAGE,
			       "what is read leniently has one header line, no comments "
			       "and no spaces to pass over");
	}
	c.in = in;
	in->notes = notes;
	c.header = hints->header != 0;
	vv_dialect_init(&c.dialect);
	in->spool = vv_temp_open_unlinked(&in->spool_path, NULL, "varve-", err);
	if (in->spool < 0) {
		rc = (vv_status)in->spool;
		in->spool = -1;
		goto done;
	}
	if ((rc = read_sample(&c, err)) < 0) {
		goto done;
	}
	l.read = read_on;
	l.row = on_row;
	l.note = on_note;
	l.payload = &c;
	l.delimiter = find_delimiter(&c, hints);
	l.quote = hints->quote > 0 ? (uint8_t)hints->quote : 0;
	l.no_quotes = hints->quote == 0;
	if ((rc = vv_lenient_read(&l, err)) < 0) {
		rc = rc == VV_EINPUT ? vv_prefix(err, "%s", vv_text_shows(in->name)) : rc;
		goto done;
	}
	if ((rc = flush(&c, 0, err)) < 0) {
		goto done;
	}
	if (c.notes > NOTES_MAX) {
		vv_notes_put(in->notes, "... and %s more such places",
			     vv_text_count(c.notes - NOTES_MAX));
	}
	if (c.header && c.rows > 0 && (rc = put_header_first(&c, err)) < 0) {
		goto done;
	}
	if (lseek(in->spool, 0, SEEK_SET) < 0) {
		rc = vv_fail_errno(err, "cannot read", in->spool_path);
		goto done;
	}
	memset(&in->source, 0, sizeof(in->source));
	in->source.read = read_spool;
	in->source.payload = in;
	in->source.name = in->name;
	hints->has_form = true;
	hints->form = VV_FORM_CSV;
	hints->delimiter = ',';
	hints->quote = '"';
	hints->escape = hints->comment = hints->spaces = 0;
	hints->header_rows = 1;
	hints->header = c.header ? 1 : 0;
done:
	vv_dialect_clear(&c.dialect);
	vv_buf_clear(&c.head);
	vv_buf_clear(&c.header_line);
	vv_buf_clear(&c.out);
	return rc;
}

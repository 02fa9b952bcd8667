/*
 * file_text: how a file is read, decoded, and encoded again, a piece at a time.
 */
#include "dataset/read/file_text.h"

#include <assert.h>
#include <string.h>

#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/dialect.h"
#include "dataset/read/guess_encoding.h"
#include "dataset/read/text_encoder.h"

#define SAMPLE ((size_t)1 << 20)
#define PIECE ((size_t)64 << 10)

static const char hint[] = "'--encoding NAME' reads the file in another encoding; '--as file' "
			   "keeps it as bytes";

struct vv_file_text {
	const vv_source *file;
	vv_source source;
	char name[VV_ENCODING_MAX];
	vv_encoding *encoding; /* NULL: UTF-8 */
	bool is_text, clean;
	uint64_t replaced;
	uint64_t lines, swapped,
		swapped_line; /* UTF-16: line feeds so far, and those of the other order */
	vv_buf in;            /* of the file, not decoded yet */
	size_t in_pos;
	bool at_end; /* of the file */
	vv_buf text; /* not read yet from pos on */
	size_t pos;
	vv_buf sample; /* of the text */
	bool sampled;
	vv_xxh3_state *read; /* the file's bytes, */
	uint64_t read_bytes;
	vv_text_encoder made; /* and the text's own */
};

/* Reads more of the file, until in has `want` bytes. */
static vv_status fill_input(vv_file_text *t, size_t want, vv_error *err)
{
	vv_buf_drop_front(&t->in, t->in_pos);
	t->in_pos = 0;
	while (!t->at_end && t->in.len < want) {
		if (!vv_buf_reserve(&t->in, want - t->in.len)) return vv_fail_nomem(err);
		ssize_t n = t->file->read(t->file->payload, t->in.data + t->in.len,
					  want - t->in.len, err);
		if (n < 0) return (vv_status)n;
		t->at_end = n == 0;
		t->in.len += (size_t)n;
	}
	return VV_OK;
}

static vv_status refuse_text(const vv_file_text *t, vv_error *err)
{
	return vv_fail(err, VV_EREFUSED,
		       "%s: the file cannot be restored exactly from its text in %s\n%s",
		       vv_text_shows(t->file->name), t->name, hint);
}

/* Encodes the text that comes next again, to compare. */
static vv_status take_back(vv_file_text *t, const char *text, size_t len, bool last, vv_error *err)
{
	vv_status rc = vv_text_encoder_put(&t->made, t->encoding, text, len, last, err);

	/* Bytes that the encoding lacks and that are a character of UTF-8 together. */
	return rc == VV_EINPUT && !t->is_text ? refuse_text(t, err) : rc;
}

/* The bytes of a surrogate, which is not a character, in the form of UTF-8. */
static bool is_surrogate(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;

	return len >= 3 && u[0] == 0xed && u[1] >= 0xa0 && u[1] <= 0xbf && (u[2] & 0xc0) == 0x80;
}

/* Replaces characters that the encoding lacks. */
static vv_status replace_misfits(vv_file_text *t, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	uint32_t point;
	vv_status rc;

	if (vv_utf8_valid(vv_buf_cstr(&t->text), t->text.len)) return VV_OK;
	for (size_t i = 0, n; i < t->text.len; i += n) {
		const char *s = t->text.data + i;

		if ((n = vv_utf8_decode(&point, s, t->text.len - i)) > 0) {
			vv_buf_put(&text, s, n);
			continue;
		}
		vv_buf_puts(&text, "\xef\xbf\xbd");
		t->replaced++;
		n = is_surrogate(s, t->text.len - i) ? 3 : 1;
	}
	if ((rc = vv_buf_ok(&text, err)) < 0) return rc;
	vv_buf_clear(&t->text);
	t->text = text;
	text = (vv_buf)VV_BUF_INIT;
	return VV_OK;
}

/* A line feed or a mark whose bytes are exchanged is U+0A00, which is unassigned, or U+FFFE, which never is a
 * character. */
static void count_swapped(vv_file_text *t)
{
	const char *p = vv_buf_cstr(&t->text), *end = p + t->text.len;

	for (; p < end; p++) {
		if (*p == '\n') {
			t->lines++;
		} else if (end - p >= 3 && (memcmp(p, "\xe0\xa8\x80", 3) == 0 ||
					    memcmp(p, "\xef\xbf\xbe", 3) == 0)) {
			t->swapped_line = t->swapped++ == 0 ? t->lines + 1 : t->swapped_line;
		}
	}
}

static vv_status refuse_half(const vv_file_text *t, vv_error *err)
{
	return vv_fail(err, VV_EINPUT,
		       "%s: the file ends in the middle of a UTF-16 character, at byte %llu\n%s",
		       vv_text_shows(t->file->name), (unsigned long long)t->read_bytes, hint);
}

static vv_status decode_piece(vv_file_text *t, vv_error *err)
{
	const char *bytes = vv_buf_cstr(&t->in);
	size_t used = t->in.len;
	vv_status rc = VV_OK;

	vv_buf_reset(&t->text);
	t->pos = 0;
	if (!t->encoding || t->is_text) {
		vv_buf_put(&t->text, bytes, t->in.len);
	} else {
		rc = vv_encoding_decode(t->encoding, &t->text, bytes, t->in.len, t->at_end, &used,
					err);
	}
	t->in_pos = used;
	if (rc < 0 || (rc = vv_buf_ok(&t->text, err)) < 0 || !t->encoding) return rc;
	if (!t->is_text) {
		t->read_bytes += used;
		if (t->at_end && t->read_bytes % 2 != 0 && strncmp(t->name, "UTF-16", 6) == 0) {
			return refuse_half(t, err);
		}
		if (strncmp(t->name, "UTF-16", 6) == 0) {
			count_swapped(t);
		}
	}
	if (t->clean) {
		rc = replace_misfits(t, err);
		t->pos = !t->sampled && t->text.len >= 3 &&
					 memcmp(t->text.data, "\xef\xbb\xbf", 3) == 0
				 ? 3
				 : 0;
		return rc;
	}
	if (!t->is_text) {
		vv_xxh3_update(t->read, bytes, used);
	}
	if (!t->is_text && vv_encoding_exact(t->encoding) &&
	    vv_text_encoder_put_known(&t->made, bytes, used)) {
		return VV_OK;
	}
	return take_back(t, vv_buf_cstr(&t->text), t->text.len, t->at_end, err);
}

static ssize_t text_read(void *payload, void *buf, size_t len, vv_error *err)
{
	vv_file_text *t = payload;
	vv_status rc;

	while (t->pos == t->text.len) {
		bool was_end = t->at_end && t->in_pos == t->in.len;

		if (was_end && t->sampled) return 0;
		if ((rc = fill_input(t, PIECE, err)) < 0 || (rc = decode_piece(t, err)) < 0) {
			return rc;
		}
		t->sampled = true;
	}
	size_t n = t->text.len - t->pos < len ? t->text.len - t->pos : len;

	memcpy(buf, t->text.data + t->pos, n);
	t->pos += n;
	return (ssize_t)n;
}

/* From the beginning, the sample again. */
static vv_status text_again(void *payload, vv_error *err)
{
	vv_file_text *t = payload;
	vv_status rc = t->file->again(t->file->payload, err);

	vv_buf_reset(&t->in);
	vv_buf_reset(&t->text);
	vv_text_encoder_reset(&t->made);
	t->in_pos = t->pos = 0;
	t->at_end = t->sampled = false;
	t->read_bytes = t->lines = t->swapped = t->replaced = 0;
	vv_xxh3_reset(t->read, 0);
	return rc;
}

/* Are these ASCII letters of one byte? A table in UTF-16 has line feeds and delimiters, which have zero bytes. */
static bool is_single_bytes(const char *s, size_t len)
{
	const size_t n = len < 512 ? len : 512;

	for (size_t i = 0; i < n; i++) {
		if ((s[i] < ' ' && s[i] != '\t' && s[i] != '\r' && s[i] != '\n') || s[i] > '~') {
			return false;
		}
	}
	return memchr(s, '\n', n) != NULL;
}

/* A mark of UTF-16 that contradicts all that follows. */
static vv_status check_order(const vv_file_text *t, vv_error *err)
{
	const bool little = strcmp(t->name, "UTF-16LE") == 0;
	const char *is;

	if (t->is_text || t->in.len < 2 || (!little && strcmp(t->name, "UTF-16BE") != 0) ||
	    memcmp(t->in.data, little ? "\xff\xfe" : "\xfe\xff", 2) != 0) {
		return VV_OK;
	}
	if (is_single_bytes(t->in.data + 2, t->in.len - 2)) {
		return vv_fail(err, VV_EINPUT,
			       "%s: it begins with the byte order mark of %s, but its text has "
			       "one byte for each character\nremove the first two bytes, or keep "
			       "the file as bytes with '--as file'",
			       vv_text_shows(t->file->name), t->name);
	}
	if (!(is = vv_guess_utf16_order(t->in.data + 2, t->in.len - 2)) ||
	    strcmp(is, t->name) == 0) {
		return VV_OK;
	}
	return vv_fail(err, VV_EINPUT,
		       "%s: it begins with the byte order mark of %s, but its text is "
		       "%s\n'--encoding %s' reads the text in that encoding; '--as file' keeps the "
		       "file as bytes",
		       vv_text_shows(t->file->name), t->name, is, is);
}

/* A declared encoding that the file's mark contradicts would make letters of others. */
static vv_status check_mark(const vv_file_text *t, const char *declared, vv_error *err)
{
	if (t->is_text || !t->name[0] || t->in.len < 3 ||
	    memcmp(t->in.data, "\xef\xbb\xbf", 3) != 0) {
		return VV_OK;
	}
	return vv_fail(err, VV_EINPUT,
		       "%s: it begins with the byte order mark of UTF-8, but is declared as "
		       "%s\nremove the declared encoding to read the file as UTF-8",
		       vv_text_shows(t->file->name), vv_text_shows(declared));
}

static vv_status find_name(vv_file_text *t, const vv_file_text_options *how, vv_error *err)
{
	vv_status rc = how->declared ? vv_encoding_find(t->name, how->declared, vv_buf_cstr(&t->in),
							t->in.len, err)
				     : vv_guess_encoding(t->name, vv_buf_cstr(&t->in), t->in.len,
							 t->at_end, how->before, err);

	if (rc == VV_OK && how->declared) {
		rc = check_mark(t, how->declared, err);
	}
	return rc == VV_OK ? check_order(t, err) : rc;
}

static vv_status begin_text(vv_file_text *t, const vv_file_text_options *how, vv_error *err)
{
	vv_status rc;

	if (!t->read) return vv_fail_nomem(err);
	if ((rc = vv_text_encoder_init(&t->made, err)) < 0 ||
	    (rc = fill_input(t, SAMPLE, err)) < 0 || (rc = find_name(t, how, err)) < 0) {
		return rc;
	}
	if (!t->name[0] && t->file->again) return VV_OK; /* the caller reads the file itself */
	if (t->name[0] && (rc = vv_encoding_open(&t->encoding, t->name, err)) < 0) return rc;
	if ((rc = decode_piece(t, err)) < 0) return rc;
	t->sampled = true;
	if (!t->encoding) return VV_OK;
	vv_buf_put(&t->sample, vv_buf_cstr(&t->text), t->text.len);
	return vv_buf_ok(&t->sample, err);
}

vv_status vv_file_text_open(vv_file_text **out, const vv_source *file,
			    const vv_file_text_options *how, vv_error *err)
{
	vv_auto(vv_file_text) *t = vv_calloc(1, sizeof(*t));

	*out = NULL;
	if (!t) return vv_fail_nomem(err);
	*t = (vv_file_text){
		.file = file, .is_text = how->is_text, .clean = how->clean, .read = vv_xxh3_new(0)};
	vv_status rc = begin_text(t, how, err);
	if (rc == VV_OK && !t->encoding && file->again) {
		return file->again(file->payload, err);
	}
	if (rc < 0) {
		vv_prefix_name(err, file->name);
		return rc;
	}
	t->source = (vv_source){.read = text_read,
				.line = t->encoding ? NULL : file->line,
				.again = file->again ? text_again : NULL,
				.payload = t,
				.size = file->size,
				.name = file->name};
	return vv_hand_over(out, &t);
}

void vv_file_text_close(vv_file_text *t)
{
	if (!t) return;
	vv_encoding_close(t->encoding);
	vv_xxh3_free(t->read);
	vv_text_encoder_clear(&t->made);
	vv_buf_clear_all(&t->in, &t->text, &t->sample);
	vv_free(t);
}

const vv_source *vv_file_text_source(const vv_file_text *t)
{
	return &t->source;
}

const char *vv_file_text_encoding(const vv_file_text *t)
{
	return t->name;
}

const vv_buf *vv_file_text_sample(const vv_file_text *t)
{
	return &t->sample;
}

uint64_t vv_file_text_swapped(const vv_file_text *t, uint64_t *line)
{
	*line = t->swapped_line;
	return t->swapped;
}

uint64_t vv_file_text_replaced(const vv_file_text *t)
{
	return t->replaced;
}

vv_status vv_file_text_measure(vv_file_text *t, uint64_t *bytes, vv_hash128 *hash, vv_error *err)
{
	assert(t->encoding);
	*bytes = t->made.count;
	*hash = vv_xxh3_digest128(t->made.hash);
	if (t->is_text ||
	    vv_text_encoder_made(&t->made, t->read_bytes, vv_xxh3_digest128(t->read))) {
		return VV_OK;
	}
	return refuse_text(t, err);
}

vv_status vv_file_text_line(const vv_source *file, const char *encoding, uint64_t offset,
			    uint64_t *line, vv_error *err)
{
	const vv_file_text_options how = {.declared = encoding};
	vv_auto(vv_file_text) *t = NULL;
	vv_status rc = vv_file_text_open(&t, file, &how, err);

	*line = 1;
	return rc < 0 ? rc : vv_source_find_line(text_read, t, offset, line, err);
}

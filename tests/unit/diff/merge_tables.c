/*
 * merge_tables: merges what merge_reference.py gives it, for comparing.
 *
 * stdin: any number of merges, each as: key length, id order (a byte each: 1 when ours has the smaller
 * id), the length of the rules (le16), three lengths (le32; 0xffffffff: no such version), the key's names with '+' between, the
 * rules as merge_support.h has them, the three files. stdout: for each its root, the result in hex and its conflicts in hex (- for
 * none), parted by spaces; or "refused: " and why.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sys.h"
#include "dataset/table/mem_sink.h"
#include "tests/unit/diff/merge_support.h"

static void print_hex(const vv_buf *b)
{
	printf(b->len > 0 ? " " : " -");
	for (size_t i = 0; i < b->len; i++) {
		printf("%02x", (unsigned)(uint8_t)b->data[i]);
	}
}

static void set_key(merge_input *in, char *names)
{
	size_t n = 0;
	in->has_key = true;
	for (char *p = strtok(names, "+"); p && n < MERGE_KEY_MAX; p = strtok(NULL, "+")) {
		in->key[n++] = p;
	}
}

static bool do_merge(const vv_sink *sink, const uint8_t head[16])
{
	static const char *const up[2] = {"1111", "2222"}, *const down[2] = {"2222", "1111"};
	char key[256] = "", rules[512] = "";
	char *text[3] = {NULL, NULL, NULL};
	merge_input in[3] = {0};
	merge_output out;
	vv_error err;
	size_t rules_len = head[2] + 256u * head[3];
	bool fine = rules_len < sizeof(rules) && fread(key, 1, head[0], stdin) == head[0] &&
		    fread(rules, 1, rules_len, stdin) == rules_len;
	for (size_t i = 0; i < 3 && fine; i++) {
		uint32_t len = vv_get_le32(head + 4 + 4 * i);
		if (len == UINT32_MAX) {
			continue;
		}
		text[i] = malloc(len + 1u);
		fine = text[i] && fread(text[i], 1, len, stdin) == len;
		in[i].text = text[i];
		in[i].len = len;
	}
	set_key(&in[0], key);
	in[0].rules = rules;
	if (!in[0].text) { /* nobody to inherit the key from */
		in[1].has_key = in[2].has_key = true;
		memcpy(in[1].key, in[0].key, sizeof(in[0].key));
		memcpy(in[2].key, in[0].key, sizeof(in[0].key));
	}
	if (fine && merge_three(&out, in, head[1] ? up : down, sink, NULL, &err) == VV_OK) {
		for (size_t i = 0; i < 8; i++) {
			printf("%02x", out.cid.digest[i]);
		}
		print_hex(&out.bytes);
		print_hex(&out.conflicts);
		putchar('\n');
	} else if (fine) {
		printf("refused: %s\n", err.message);
	}
	merge_output_clear(&out);
	for (size_t i = 0; i < 3; i++) {
		free(text[i]);
	}
	return fine;
}

int main(void)
{
	uint8_t head[16];
	vv_mem_sink *mem = NULL;
	vv_sink sink;
	vv_error err;
	bool fine = vv_mem_sink_new(&mem, NULL, NULL, &err) == VV_OK;
	if (fine) {
		vv_mem_sink_use(&sink, mem);
	}
	while (fine && fread(head, 1, sizeof head, stdin) == sizeof head) {
		fine = do_merge(&sink, head);
	}
	vv_mem_sink_free(mem);
	return fine && fflush(stdout) == 0 ? 0 : 1;
}

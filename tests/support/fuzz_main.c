/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A main for fuzz harnesses without libFuzzer: runs every file it is given,
 * and every file of every folder, once. So the corpora are plain tests, with
 * any compiler and under valgrind.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned runs;

static int run_file(const char *path, size_t size)
{
	/* Exactly sized, so that the sanitizers see a byte too many. */
	uint8_t *data = malloc(size ? size : 1);
	FILE *f = fopen(path, "rb");
	int rc = -1;

	if (data && f && fread(data, 1, size, f) == size) {
		LLVMFuzzerTestOneInput(data, size);
		runs++;
		rc = 0;
	} else {
		perror(path);
	}
	if (f)
		fclose(f);
	free(data);
	return rc;
}

static int run_path(const char *path);

static int run_dir(const char *path)
{
	struct dirent **list;
	int n = scandir(path, &list, NULL, alphasort), rc = 0;
	char sub[4096];

	if (n < 0) {
		perror(path);
		return -1;
	}
	for (int i = 0; i < n; i++) {
		snprintf(sub, sizeof(sub), "%s/%s", path, list[i]->d_name);
		if (list[i]->d_name[0] != '.' && run_path(sub))
			rc = -1;
		free(list[i]);
	}
	free(list);
	return rc;
}

static int run_path(const char *path)
{
	struct stat st;

	if (stat(path, &st)) {
		perror(path);
		return -1;
	}
	return S_ISDIR(st.st_mode) ? run_dir(path)
				   : run_file(path, (size_t)st.st_size);
}

int main(int argc, char **argv)
{
	int rc = 0;

	for (int i = 1; i < argc; i++)
		if (run_path(argv[i]))
			rc = 1;
	printf("%u inputs run\n", runs);
	return rc || !runs;
}

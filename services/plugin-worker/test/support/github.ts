/**
 * A GitHub as small as the tests need it, in the shapes of GitHub's published GraphQL and REST descriptions: the
 * repositories of an organisation, and their files.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A repository. */
export interface Repository {
  name: string;
  archived?: boolean;
  hasCatalogFile?: boolean;
}

/** What answers. */
export interface GitHub {
  apiBaseUrl: string;
  repositories: Repository[];
  /** What was asked, with the token that was shown. */
  asked: { path: string; token: string | undefined }[];
  close(): void;
}

/** Starts one for the organisation `acme` at `gh.local`. */
export async function startGitHub(repositories: Repository[]): Promise<GitHub> {
  const asked: GitHub['asked'] = [];
  const github: GitHub = {
    apiBaseUrl: '',
    repositories,
    asked,
    close: () => {
      server.close();
    },
  };
  const server = createServer((req, res) => {
    req.resume();
    req.on('end', () => {
      asked.push({
        path: req.url ?? '',
        token: req.headers.authorization?.replace(/^(bearer|token) /i, ''),
      });
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify({ data: answer(github.repositories) }));
    });
  });
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  github.apiBaseUrl = `http://127.0.0.1:${port}`;
  return github;
}

/** `repositoryOwner { repositories { nodes, pageInfo } }`, as the GraphQL schema has it. */
function answer(repositories: Repository[]): object {
  return {
    repositoryOwner: {
      login: 'acme',
      repositories: {
        nodes: repositories.map(({ name, archived, hasCatalogFile }) => ({
          name,
          url: `https://gh.local/acme/${name}`,
          isArchived: archived ?? false,
          isFork: false,
          visibility: 'PRIVATE',
          repositoryTopics: { nodes: [] },
          defaultBranchRef: { name: 'main' },
          catalogInfoFile:
            hasCatalogFile === false
              ? null
              : { __typename: 'Blob', id: name, text: `name: ${name}` },
        })),
        pageInfo: { hasNextPage: false, endCursor: null },
      },
    },
  };
}

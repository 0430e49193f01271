/** Posts and comments as the rest of the project knows them, whether they come from Reddit or from an archive file. */
export interface RedditPost {
  /** Reddit's id without the `t3_` prefix. */
  id: string;
  title: string;
  selftext: string;
  /** `[deleted]` where unknown. */
  author: string;
  upvotes: number;
  /** Reddit's own count; an archive counts its rows. */
  totalComments: number;
  /** Null where the archive has no time. */
  createdAt: Date | null;
  permalink: string;
  /** The link of a link post, and the media of a gallery, as Reddit sends them. */
  url: string | null;
  galleryUrls: string[];
}

export interface RedditComment {
  /** Reddit's id without the `t1_` prefix. */
  id: string;
  postId: string;
  /** Id of the parent comment; null for a top-level comment and where the parent is unknown. */
  parentId: string | null;
  /** `[deleted]` where unknown or deleted. */
  author: string;
  body: string;
  score: number;
  createdAt: Date | null;
  /** 0 for a top-level comment. */
  depth: number;
}

/** Is told how many posts or comments could not be read, at most once in a call and only of more than none. */
export type LeftOut = (count: number) => void;

/** What Phase 1 reads. Implemented by `reddit` (the service) and `archive` (a file). */
export interface RedditSource {
  /**
   * The hottest posts, hottest first, at most `limit`. Throws `RedditUnavailable` or `RedditRefused`. Of an archive
   * `leftOut` is told of all its rows, of the service of the listing's posts; `allIsLater` that an archive has nothing
   * from before the market time.
   */
  listHotPosts(request: {
    limit: number;
    marketTime: Date;
    leftOut?: LeftOut;
    allIsLater?: () => void;
  }): Promise<RedditPost[]>;
  /**
   * Up to `limit` comments of a post in no promised order, each id once, parents included where known.
   * `moreLimit` is how many "more comments" stubs may be opened; failing to open one is logged, never thrown.
   */
  fetchComments(request: {
    postId: string;
    limit: number;
    moreLimit: number;
    marketTime: Date;
    leftOut?: LeftOut;
  }): Promise<RedditComment[]>;
}

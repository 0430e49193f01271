// Labelled files in the forms of those that `npm run eval` knows, with all their columns. Texts and labels are made up.

const spans = [
  { label: "ticker", text: "$ottr" },
  { label: "company", text: "Heron Holdings" },
];

/** What each file holds, and what is read of it. */
export const labelledFiles = [
  {
    name: "sarcasm.csv",
    text: 'text,sarcastic,sarcasm,irony,satire,original_split\n"Sure, otters will save us",1,1,0,0,train\n',
    examples: [{ body: "Sure, otters will save us", sentiments: [], tickers: [], sarcastic: true }],
  },
  {
    name: "expert-scores.csv",
    text:
      "source,message_id,created_at,cashtag,ticker,sentiment_score,text,spans\n" +
      "stocktwits,1,2014-02-16T01:15:13Z,$OTTR,OTTR,0.403,Otters rise while herons fall,otters rise\n" +
      "stocktwits,1,2014-02-16T01:15:13Z,$HERN,HERN,-0.6,Otters rise while herons fall,herons fall\n",
    examples: [
      {
        body: "Otters rise while herons fall",
        sentiments: [
          { ticker: "OTTR", sentiment: "bullish" },
          { ticker: "HERN", sentiment: "bearish" },
        ],
        tickers: ["OTTR", "HERN"],
      },
    ],
  },
  {
    name: "emotions.csv",
    text:
      "id,date,ticker,emo_label,senti_label,original,original_split\n" +
      "100001,2020-01-01,OTTR,excitement,bullish,$OTTR swims 🥳,train\n",
    examples: [{ body: "$OTTR swims 🥳", sentiments: [{ ticker: "OTTR", sentiment: "bullish" }], tickers: ["OTTR"] }],
  },
  {
    name: "signed.csv",
    text: 'body,label\n"Without otters, nothing grew 6%",-1\n',
    examples: [{ body: "Without otters, nothing grew 6%", sentiments: [{ sentiment: "bearish" }], tickers: [] }],
  },
  {
    name: "comments.csv",
    text: 'row,created_utc,body,label,original_label,topic_ticker\n1,1625763765,"Yes, that one",bullish,Positive,HERN\n',
    examples: [{ body: "Yes, that one", sentiments: [{ ticker: "HERN", sentiment: "bullish" }], tickers: ["HERN"] }],
  },
  {
    name: "post-types.csv",
    text: 'text,label\n"Title: DD: why otters\nBody: [Image: a river]",Due Diligence\n',
    examples: [{ body: "Title: DD: why otters\nBody: [Image: a river]", sentiments: [], tickers: [], reasoned: true }],
  },
  {
    name: "top-posts.csv",
    text: "post_id,post_title,post_content,label,upvotes,num_comments\nl1,The river,,1,481,13\n",
    examples: [{ body: "The river", sentiments: [{ sentiment: "bullish" }], tickers: [] }],
  },
  {
    name: "spans.jsonl",
    text: `${JSON.stringify({ source_file: "a.json", task_id: 1, text: "buy $ottr, Heron Holdings too", spans })}\n`,
    examples: [
      { body: "buy $ottr, Heron Holdings too", sentiments: [], tickers: ["OTTR"], alsoNamed: ["Heron Holdings"] },
    ],
  },
];
